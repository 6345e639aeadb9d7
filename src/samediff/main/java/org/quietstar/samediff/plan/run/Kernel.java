package org.quietstar.samediff.plan.run;

/** Something that a plan executes, bound to its arrays. */
public interface Kernel {
    /** ND4J's name of the op. */
    String kind();

    void execute();
}
