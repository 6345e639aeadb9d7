package org.quietstar.samediff;

/** Something that a plan executes, bound to its arrays. */
interface Kernel {
    /** ND4J's name of the op. */
    String kind();

    void execute();
}
