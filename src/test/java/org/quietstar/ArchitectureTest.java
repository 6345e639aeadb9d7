package org.quietstar;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_FIELD_INJECTION;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/**
 * The rules of the house: which package knows which. Every rule may find its package empty; the packages arrive one by
 * one.
 */
@AnalyzeClasses(packages = "org.quietstar", importOptions = ArchitectureTest.WithoutTests.class)
final class ArchitectureTest {
    /** Wherever the build puts their classes. */
    static final class WithoutTests implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/test-classes/");
        }
    }

    private static final DescribedPredicate<JavaClass> OURS = resideInAPackage("org.quietstar..");

    @ArchTest
    static final ArchRule SAMEDIFF_KNOWS_NOTHING_OF_LANGUAGE_MODELS = noClasses()
            .that()
            .resideInAPackage("..quietstar.samediff..")
            .should()
            .dependOnClassesThat(OURS.and(resideOutsideOfPackage("..quietstar.samediff..")))
            .because("samediff is usable without Quiet-STaR")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule THE_COMPILER_OF_PLANS_IS_BEHIND_ITS_DOOR = noClasses()
            .that()
            .resideOutsideOfPackage("..quietstar.samediff.plan..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "..quietstar.samediff.plan.ir..",
                    "..quietstar.samediff.plan.pass..",
                    "..quietstar.samediff.plan.run..")
            .because("StaticPlan is the door to them");

    @ArchTest
    static final ArchRule THE_FIXES_KNOW_NOTHING_OF_PLANS = noClasses()
            .that()
            .resideInAPackage("..quietstar.samediff")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..quietstar.samediff.plan..")
            .because("the fixes are usable without plans");

    @ArchTest
    static final ArchRule THE_COMPILER_GOES_ONE_WAY = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("plan")
            .definedBy("..quietstar.samediff.plan")
            .layer("pass")
            .definedBy("..quietstar.samediff.plan.pass")
            .layer("run")
            .definedBy("..quietstar.samediff.plan.run")
            .layer("ir")
            .definedBy("..quietstar.samediff.plan.ir")
            .whereLayer("plan")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("pass")
            .mayOnlyBeAccessedByLayers("plan")
            .whereLayer("run")
            .mayOnlyBeAccessedByLayers("plan", "pass");

    @ArchTest
    static final ArchRule RUNTIME_IS_A_LEAF = noClasses()
            .that()
            .resideInAPackage("..quietstar.runtime..")
            .should()
            .dependOnClassesThat(OURS.and(resideOutsideOfPackage("..quietstar.runtime.."))
                    .and(DescribedPredicate.not(equivalentTo(QuietStarException.class))))
            .because("every package may use it")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule SAFETENSORS_KNOWS_ND4J_AND_TEXT_ALONE = noClasses()
            .that()
            .resideInAPackage("..quietstar.safetensors..")
            .should()
            .dependOnClassesThat(OURS.and(resideOutsideOfPackage("..quietstar.safetensors.."))
                    .and(resideOutsideOfPackage("..quietstar.text.."))
                    .and(DescribedPredicate.not(equivalentTo(QuietStarException.class))))
            .because("the file format is usable without Quiet-STaR");

    @ArchTest
    static final ArchRule MODEL_KNOWS_NOTHING_OF_THOUGHTS = noClasses()
            .that()
            .resideInAPackage("..quietstar.model..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "..quietstar.thought..",
                    "..quietstar.safetensors..",
                    "..quietstar.checkpoint..",
                    "..quietstar.hub..",
                    "..quietstar.train..",
                    "..quietstar.data..",
                    "..quietstar.eval..",
                    "..quietstar.generate..",
                    "..quietstar.report..",
                    "..quietstar.cluster..",
                    "..quietstar.cli..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule THOUGHT_KNOWS_NOTHING_OF_FILES_OR_YAML = noClasses()
            .that()
            .resideInAPackage("..quietstar.thought..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.io..",
                    "java.nio.file..",
                    "com.fasterxml.jackson..",
                    "..quietstar.safetensors..",
                    "..quietstar.checkpoint..",
                    "..quietstar.hub..",
                    "..quietstar.data..",
                    "..quietstar.train..",
                    "..quietstar.eval..",
                    "..quietstar.report..",
                    "..quietstar.cluster..",
                    "..quietstar.cli..")
            .orShould()
            .dependOnClassesThat(resideInAPackage("..quietstar.config..")
                    .and(DescribedPredicate.not(DescribedPredicate.describe(
                            "a record or an enum of the configuration",
                            type -> type.isRecord() || type.isEnum() || type.isInterface()))))
            .because("of the configuration it takes the values, not the loading")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule TRAIN_KNOWS_NOTHING_OF_THE_COMMAND_LINE = noClasses()
            .that()
            .resideInAPackage("..quietstar.train..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..quietstar.cli..", "picocli..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule CHECKPOINT_KNOWS_NOTHING_OF_MODELS_AND_TRAINING = noClasses()
            .that()
            .resideInAPackage("..quietstar.checkpoint..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "..quietstar.model..",
                    "..quietstar.thought..",
                    "..quietstar.hub..",
                    "..quietstar.train..",
                    "..quietstar.eval..",
                    "..quietstar.generate..",
                    "..quietstar.report..")
            .because("a checkpoint is named arrays and a state, whatever they mean");

    @ArchTest
    static final ArchRule HUB_KNOWS_NOTHING_OF_TRAINING = noClasses()
            .that()
            .resideInAPackage("..quietstar.hub..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..quietstar.train..", "..quietstar.report..")
            .because("a model is read and written however it was trained");

    @ArchTest
    static final ArchRule THE_PRODUCT_KNOWS_NO_MEASURING_INSTRUMENTS = noClasses()
            .that(OURS.and(resideOutsideOfPackages("..quietstar.bench..", "..quietstar.golden..")))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..quietstar.bench..", "..quietstar.golden..")
            .because("they stand outside of the main sources");

    @ArchTest
    static final ArchRule BENCH_KNOWS_THE_ENGINE_ALONE = noClasses()
            .that()
            .resideInAPackage("..quietstar.bench")
            .should()
            .dependOnClassesThat(OURS.and(DescribedPredicate.not(resideInAnyPackage(
                            "..quietstar.bench..",
                            "..quietstar.model..",
                            "..quietstar.thought..",
                            "..quietstar.samediff..",
                            "..quietstar.generate..",
                            "..quietstar.tokenizer..",
                            "..quietstar.runtime..",
                            "..quietstar.config..")))
                    .and(DescribedPredicate.not(equivalentTo(QuietStarException.class))))
            .because("a step is measured without text, recipes and optimisers");

    @ArchTest
    static final ArchRule GENERATION_KNOWS_NO_CHECKPOINTS = noClasses()
            .that()
            .resideInAPackage("..quietstar.generate..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "..quietstar.checkpoint..",
                    "..quietstar.hub..",
                    "..quietstar.train..",
                    "..quietstar.eval..",
                    "..quietstar.report..")
            .because("a model writes wherever it comes from");

    @ArchTest
    static final ArchRule ONLY_CLI_KNOWS_THE_COMMAND_LINE = noClasses()
            .that()
            .resideOutsideOfPackages("..quietstar.cli..", "..quietstar.bench.cli..", "..quietstar.golden..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..quietstar.cli..", "picocli..");

    @ArchTest
    static final ArchRule ONLY_CLI_PRINTS = noClasses()
            .that()
            .resideOutsideOfPackage("..quietstar.cli..")
            .and()
            .doNotHaveSimpleName("GradientFunction") // puts System.out back after silencing M2.1
            .and()
            .doNotHaveSimpleName("MutedLoad") // puts System.err back after silencing ND4J
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .callMethod(Throwable.class, "printStackTrace")
            .because("what a library has to say goes to SLF4J or into an exception");

    @ArchTest
    static final ArchRule ONLY_CLI_EXITS = noClasses()
            .that()
            .resideOutsideOfPackage("..quietstar.cli..")
            .should()
            .callMethod(System.class, "exit", int.class)
            .orShould()
            .callMethod(Runtime.class, "exit", int.class)
            .orShould()
            .callMethod(Runtime.class, "halt", int.class);

    @ArchTest
    static final ArchRule THE_EXCEPTION_KNOWS_NOTHING = noClasses()
            .that(equivalentTo(QuietStarException.class))
            .should()
            .dependOnClassesThat(OURS.and(DescribedPredicate.not(equivalentTo(QuietStarException.class))));

    @ArchTest
    static final ArchRule THE_API_STANDS_ABOVE_ALL_ROOMS = noClasses()
            .that()
            .resideOutsideOfPackage("org.quietstar")
            .and()
            .resideOutsideOfPackage("..quietstar.cli..")
            .should()
            .dependOnClassesThat(resideInAPackage("org.quietstar")
                    .and(DescribedPredicate.not(equivalentTo(QuietStarException.class))))
            .because("of the root package's classes the rooms know the exception alone");

    @ArchTest
    static final ArchRule A_LIBRARY_SETS_NO_SYSTEM_PROPERTIES_AND_STREAMS = noClasses()
            .that()
            .doNotHaveSimpleName("GradientFunction") // silences M2.1, which prints, and puts System.out back
            .and()
            .doNotHaveSimpleName("MutedLoad") // silences ND4J, which prints, and puts System.err back
            .and()
            .doNotHaveSimpleName("HfTokenizer") // keeps DJL off the network
            .and()
            .doNotHaveSimpleName("Surroundings") // shows JNA a folder that can be written to
            .should()
            .callMethod(System.class, "setProperty", String.class, String.class)
            .orShould()
            .callMethod(System.class, "setOut", java.io.PrintStream.class)
            .orShould()
            .callMethod(System.class, "setErr", java.io.PrintStream.class);

    @ArchTest
    static final ArchRule NO_CIRCLES =
            slices().matching("org.quietstar.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule NO_JAVA_UTIL_LOGGING = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

    @ArchTest
    static final ArchRule NO_FIELD_INJECTION = NO_CLASSES_SHOULD_USE_FIELD_INJECTION;

    @ArchTest
    static final ArchRule NO_DEFAULT_CHARSET_OR_LOCALE = noClasses()
            .should()
            .callMethod(String.class, "toLowerCase")
            .orShould()
            .callMethod(String.class, "toUpperCase")
            .orShould()
            .callMethod(String.class, "format", String.class, Object[].class)
            .orShould()
            .callMethod(String.class, "formatted", Object[].class)
            .orShould()
            .callMethod(String.class, "getBytes")
            .because("Locale.ROOT and UTF-8 are always named");
}
