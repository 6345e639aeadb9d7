/** Text that the project makes itself from a seed, so that it can be tried without downloading anything. */
package org.quietstar.data.synthetic;
