/**
 * Text files of users: UTF-8 is read, a byte-order mark changes nothing, and a file that is something else is refused with
 * what it is (UTF-16, gzip without its name, a Git LFS pointer, ...) and the way out.
 *
 * <pre>{@code
 * String text = PlainText.read(Path.of("README.md"));
 * String same = PlainText.decode(new byte[] {'t', 'e', 'x', 't'}, "standard input");
 * boolean isText = PlainText.obstacle(new byte[] {0x1f, (byte) 0x8b}).isEmpty(); // gzip: false
 * }</pre>
 */
package org.quietstar.text;
