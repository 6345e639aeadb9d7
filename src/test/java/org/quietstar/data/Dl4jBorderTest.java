package org.quietstar.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.datavec.api.records.reader.RecordReader;
import org.datavec.api.records.reader.impl.transform.TransformProcessRecordReader;
import org.datavec.api.split.FileSplit;
import org.datavec.api.transform.TransformProcess;
import org.datavec.api.transform.metadata.ColumnMetaData;
import org.datavec.api.transform.metadata.DoubleMetaData;
import org.datavec.api.transform.schema.Schema;
import org.datavec.api.transform.transform.BaseColumnTransform;
import org.datavec.api.writable.DoubleWritable;
import org.datavec.api.writable.Writable;
import org.deeplearning4j.datasets.datavec.RecordReaderDataSetIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.AsyncMultiDataSetIterator;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.quietstar.config.DataConfig;
import org.quietstar.config.DataConfig.DocumentBoundary;
import org.quietstar.config.DataConfig.Packing;
import org.quietstar.tokenizer.ByteTokenizer;

/** Documents and batches as other programs on Deeplearning4j take them, through its own iterators. */
class Dl4jBorderTest {
    private static final int PAD = 258;
    private static final int VOCABULARY = PAD + 1;

    @TempDir
    private Path folder;

    /** A column of text as the number of its characters: the transformation that such a program would bring. */
    private static final class CharacterCount extends BaseColumnTransform {
        private static final long serialVersionUID = 1L;

        CharacterCount(String column) {
            super(column);
        }

        @Override
        public Writable map(Writable text) {
            return new DoubleWritable(text.toString().length());
        }

        @Override
        public Object map(Object text) {
            return (double) text.toString().length();
        }

        @Override
        public ColumnMetaData getNewColumnMetaData(String name, ColumnMetaData old) {
            return new DoubleMetaData(name);
        }

        @Override
        public String toString() {
            return "CharacterCount(" + columnName + ")";
        }
    }

    @Test
    void documentsThroughDl4jsRecordReaderDataSetIterator() throws Exception {
        Path file = TestFiles.write(folder.resolve("t.txt"), "one\nfour\nseventeen\n");
        Schema schema = new Schema.Builder().addColumnString("text").build();
        var transform = new TransformProcess.Builder(schema)
                .transform(new CharacterCount("text"))
                .build();
        var documents = new TextRecordReader(List.of(), "text", DocumentBoundary.LINE, true, DataListener.none());
        RecordReader reader = new TransformProcessRecordReader(documents, transform);
        reader.initialize(new FileSplit(file.toFile()));
        var iterator = new RecordReaderDataSetIterator(reader, 2);
        for (int pass = 0; pass < 2; pass++) {
            List<Double> characters = new ArrayList<>();
            while (iterator.hasNext()) {
                DataSet batch = iterator.next();
                for (double count : batch.getFeatures().toDoubleVector()) {
                    characters.add(count);
                }
            }
            assertThat(characters).containsExactly(3.0, 4.0, 9.0);
            iterator.reset();
        }
    }

    private TextBatches batches(String text, int length, int batchSize) throws IOException {
        Path file = TestFiles.write(folder.resolve("t.txt"), text);
        DataConfig config =
                TestFiles.config(Packing.PAD, length, batchSize, 1, 0, file).withValidation(List.of(file.toString()));
        return TextBatches.validation(config, new ByteTokenizer(), 1, DataListener.none());
    }

    @Test
    void batchesThroughDl4jsAsyncMultiDataSetIterator() throws IOException {
        try (TextBatches text = batches("aé\n\n\nhello", 6, 3)) {
            var iterator = new AsyncMultiDataSetIterator(new TokenBatchIterator(text), 2, false);
            for (int pass = 0; pass < 2; pass++) {
                assertThat(iterator.hasNext()).isTrue();
                MultiDataSet batch = iterator.next();
                INDArray ids = batch.getFeatures(0);
                assertThat(ids.dataType()).isEqualTo(DataType.INT32);
                assertThat(ids.toIntMatrix()).isEqualTo(new int[][] {
                    {'a', 0xC3, 0xA9, 257, PAD, PAD},
                    {'h', 'e', 'l', 'l', 'o', 257},
                    {PAD, PAD, PAD, PAD, PAD, PAD}
                });
                assertThat(batch.getLabels(0).toIntMatrix()).isEqualTo(new int[][] {
                    {0xC3, 0xA9, 257, PAD, PAD, PAD},
                    {'e', 'l', 'l', 'o', 257, PAD},
                    {PAD, PAD, PAD, PAD, PAD, PAD}
                });
                assertThat(batch.getFeaturesMaskArray(0).toFloatMatrix())
                        .isEqualTo(new float[][] {{1, 1, 1, 1, 0, 0}, {1, 1, 1, 1, 1, 1}, {0, 0, 0, 0, 0, 0}});
                assertThat(batch.getLabelsMaskArray(0).toFloatMatrix())
                        .isEqualTo(new float[][] {{1, 1, 1, 0, 0, 0}, {1, 1, 1, 1, 1, 0}, {0, 0, 0, 0, 0, 0}});
                assertThat(iterator.hasNext()).isFalse();
                iterator.reset();
            }
            iterator.shutdown();
        }
    }

    /** A model of pairs of bytes, defined and fitted with SameDiff alone. */
    @Test
    void aSameDiffModelFitsOnTheBatches() throws IOException {
        int length = 8;
        SameDiff sd = SameDiff.create();
        SDVariable ids = sd.placeHolder("ids", DataType.INT32, -1, length);
        SDVariable next = sd.placeHolder("next", DataType.INT32, -1, length);
        SDVariable mask = sd.placeHolder("mask", DataType.FLOAT, -1, length);
        SDVariable table = sd.var("table", Nd4j.zeros(DataType.FLOAT, VOCABULARY, VOCABULARY));
        SDVariable logits = oneHot(sd, ids).mmul(table);
        SDVariable likelihoods = sd.nn.logSoftmax(logits).mul(oneHot(sd, next)).sum(1);
        likelihoods.mul(sd.reshape(mask, -1)).sum().neg().div("loss", mask.sum());
        sd.setLossVariables("loss");
        sd.setTrainingConfig(TrainingConfig.builder()
                .updater(new Adam(0.5))
                .dataSetFeatureMapping("ids")
                .dataSetLabelMapping("next")
                .dataSetLabelMaskMapping("mask")
                .build());
        try (TextBatches text = batches("abababab\n\n\nbabababa\n\n\nabababa", length, 3)) {
            sd.fit(new AsyncMultiDataSetIterator(new TokenBatchIterator(text), 2, false), 20);
        }
        INDArray learned = table.getArr();
        assertThat(learned.getRow('a').argMax().getInt(0)).as("after a").isEqualTo('b');
        assertThat(learned.getRow('b').argMax().getInt(0)).as("after b").isEqualTo('a');
        assertThat(learned.getRow(PAD).norm2Number().doubleValue())
                .as("padding is masked")
                .isZero();
    }

    private static SDVariable oneHot(SameDiff sd, SDVariable ids) {
        return sd.oneHot(sd.reshape(ids, -1), VOCABULARY, 1, 1, 0, DataType.FLOAT);
    }
}
