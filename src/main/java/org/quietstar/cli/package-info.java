/**
 * The command line, one class per command, gathered in {@link org.quietstar.cli.Main}. Nothing else prints or exits.
 * Exit codes: 0 done, 1 a check failed or the program is at fault, 2 something that the user can mend.
 */
package org.quietstar.cli;
