package org.quietstar.samediff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.array.SingleThreadArrayHolder;
import org.nd4j.autodiff.samediff.array.ThreadSafeArrayHolder;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.StopGradient;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.util.DeviceLocal;
import org.quietstar.samediff.plan.StaticPlan;

/**
 * One test for each thing that the project does otherwise than it would with a DL4J that has no such bug. A test that
 * fails here says that DL4J has been fixed, and that the workaround which it names can go.
 */
class WorkaroundsTest {
    @BeforeAll
    static void install() {
        SameDiffFixes.install();
    }

    /** Gradient of "loss" as M2.1's own session computes it. */
    private static double[] gradient(SameDiff sd, String variable) {
        GradientFunction.of(sd, "loss", List.of(variable));
        return Differences.numbers(sd.calculateGradients(Map.of(), variable).get(variable));
    }

    /** GatherWithGradient and SameDiffFixes. */
    @Test
    @Tag("m2.1")
    void gathersGradientLosesRepeatedIdsUnlessCorrected() throws IOException, InterruptedException {
        Map<String, String> printed = new TreeMap<>();
        var command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-cp",
                System.getProperty("java.class.path"),
                StockGather.class.getName());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        output.lines()
                .filter(line -> line.contains("="))
                .forEach(line ->
                        printed.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1)));
        String once = "[1.0, 1.0, 1.0, 1.0, 0.0, 0.0]";
        String thrice = "[1.0, 1.0, 3.0, 3.0, 0.0, 0.0]";
        assertThat(printed)
                .containsEntry("stock", once)
                .containsEntry("unregistered", once)
                .containsEntry("two", "ND4JIllegalStateException")
                .containsEntry("corrected", thrice)
                .containsEntry("corrected stock", thrice)
                .containsEntry("corrected two", "[2.0, 2.0, 6.0, 6.0, 0.0, 0.0]");
    }

    private static String printedBy(Runnable action) {
        PrintStream out = System.out;
        var bytes = new ByteArrayOutputStream();
        try (var captured = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            System.setOut(captured);
            action.run();
            System.out.println("end");
        } finally {
            System.setOut(out);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static SameDiff square() {
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.var("x", Nd4j.create(new double[] {1, 2}));
        sd.sum(x.mul(x)).rename("loss");
        sd.setLossVariables("loss");
        return sd;
    }

    /** GatherWithGradient, which knows the gradient along axis 0 only. */
    @Test
    @Tag("m2.1")
    void whereNoRightGradientIsKnownGatherSaysSo() {
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.var("x", Nd4j.zeros(DataType.DOUBLE, 3, 2));
        sd.sum(sd.gather(x, sd.constant(Nd4j.createFromArray(1, 1)), 1)).rename("loss");
        assertThatThrownBy(() -> GradientFunction.of(sd, "loss", List.of("x")))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("'x'")
                .hasMessageContaining("axis 0, not 1");
    }

    /** GradientFunction. */
    @Test
    @Tag("m2.1")
    void makingAGradientFunctionPrints() {
        assertThat(printedBy(() -> square().createGradFunction("x"))).contains("differentiated op");
        assertThat(printedBy(() -> GradientFunction.of(square(), "loss", List.of("x"))))
                .isEqualTo("end" + System.lineSeparator());
    }

    /** The type check of plans. */
    @Test
    @Tag("m2.1")
    void theSessionOverwritesAnInputOfAnotherType() {
        SameDiff sd = SameDiff.create();
        sd.placeHolder("ids", DataType.INT32, 2)
                .castTo(DataType.FLOAT)
                .mul(sd.constant(Nd4j.scalar(2f)))
                .rename("y");
        INDArray ids = Nd4j.create(new float[] {3, 4});
        for (int pass = 0; pass < 3; pass++) {
            sd.output(Map.of("ids", ids), "y");
        }
        assertThat(ids.toFloatVector()).isNotEqualTo(new float[] {3, 4});
    }

    /** Reshapes. */
    @Test
    void theSessionCannotReduceTheAxisOfLengthOneOfAVector() {
        SameDiff sd = SameDiff.create();
        sd.sum(sd.var("x", Nd4j.create(new double[][] {{3}, {4}})), true, 1).rename("y");
        assertThatThrownBy(() -> sd.output(Map.of(), "y")).isInstanceOf(NullPointerException.class);
        try (var plan = StaticPlan.compile(sd, Map.of(), List.of("y"))) {
            plan.run();
            assertThat(Differences.numbers(plan.output("y"))).containsExactly(3, 4);
        }
    }

    /** CrossEntropy. */
    @Test
    void crossEntropyIgnoresTheGradientFromAbove() {
        double[][] gradients = new double[2][];
        for (int i = 0; i < 2; i++) {
            SameDiff sd = SameDiff.create();
            SDVariable logits = sd.var("logits", Nd4j.create(new double[][] {{1, 2, 3}, {3, 1, 0}}));
            SDVariable loss = sd.loss.sparseSoftmaxCrossEntropy(logits, sd.constant(Nd4j.createFromArray(1, 2)));
            sd.sum(loss.mul(sd.constant(Nd4j.create(new double[] {1 + 4 * i, 1 + 2 * i}))))
                    .rename("loss");
            gradients[i] = gradient(sd, "logits");
        }
        assertThat(gradients[1]).containsExactly(gradients[0]);
    }

    /** SplitBroadcastGradient, and Reward, which multiplies by the inverse. */
    @Test
    void theGradientOfADivisionByAScalarIsWrong() {
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.constant(Nd4j.create(new double[] {1, 2, 3}));
        SDVariable d = sd.var("d", Nd4j.scalar(2.0));
        sd.sum(x.div(d)).rename("loss");
        double right = -(1 + 2 + 3) / 4.0;
        assertThat(gradient(sd, "d"))
                .hasSize(1)
                .satisfies(found -> assertThat(found[0]).isNotCloseTo(right, within(0.1)));
    }

    /** Parameters, which copies views itself. */
    @Test
    void aVariableHoldsACopyOfAView() {
        SameDiff sd = SameDiff.create();
        INDArray view = Nd4j.create(new double[] {1, 2, 3, 4}).reshape(2, 2);
        assertThat(view.isView()).isTrue();
        assertThat(sd.var("view", view).getArr()).isNotSameAs(view);
        INDArray own = view.dup('c');
        assertThat(sd.var("own", own).getArr()).isSameAs(own);
    }

    /** Rows and others, which are told widths. */
    @Test
    void aGraphDoesNotKnowTheShapesOfWhatItComputes() {
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.var("x", Nd4j.zeros(DataType.DOUBLE, 2, 3));
        assertThat(sd.mmul(x, x, false, true, false).getShape()).isNull();
    }

    /** {@link org.quietstar.samediff.StopGradient} */
    @Test
    void samediffHasNoMethodForStopGradient() {
        assertThat(Arrays.stream(SameDiff.class.getMethods())
                        .map(m -> m.getName().toLowerCase(Locale.ROOT)))
                .noneMatch(name -> name.contains("stopgradient") || name.contains("stop_gradient"));
        SameDiff sd = SameDiff.create();
        SDVariable x = sd.var("x", Nd4j.create(new double[] {3, 4}));
        sd.sum(x.mul(new StopGradient(sd, x.mul(x)).outputVariable())).rename("loss");
        assertThat(gradient(sd, "x")).containsExactly(9, 16);
    }

    @Test
    void stockGraphsKeepASecondCopyOfEveryVariable() throws Exception {
        SameDiff stock = SameDiff.create();
        SameDiff lean = LeanGraph.create();
        INDArray array = Nd4j.ones(DataType.FLOAT, 3);
        stock.var("x", array);
        lean.var("x", array);
        assertThat(stock.getVariable("x").getArr()).isSameAs(array);
        assertThat(lean.getVariable("x").getArr()).isSameAs(array);
        // The copy is where M2.1 lets nobody look; once it is gone, Graphs is needed no more.
        var holder = (ThreadSafeArrayHolder) holderOf(stock);
        var map = ThreadSafeArrayHolder.class.getDeclaredField("map");
        map.setAccessible(true);
        Object local = ((Map<?, ?>) map.get(holder)).get("x");
        var copy = DeviceLocal.class.getDeclaredField("delayedArray");
        copy.setAccessible(true);
        assertThat(copy.get(local)).isEqualTo(array).isNotSameAs(array);
        assertThat(holderOf(lean)).isInstanceOf(SingleThreadArrayHolder.class);
    }

    private static Object holderOf(SameDiff sd) throws ReflectiveOperationException {
        var field = SameDiff.class.getDeclaredField("variablesArrays");
        field.setAccessible(true);
        return field.get(sd);
    }
}
