package org.quietstar.cli;

/**
 * A command of the measuring instruments, which stand outside of the main sources: the command line finds them as services
 * ({@link java.util.ServiceLoader}) and knows none by name. A class is a command by picocli's annotation, and has a public
 * constructor without arguments.
 */
public interface Instrument {}
