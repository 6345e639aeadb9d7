package org.quietstar.data;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.quietstar.QuietStarException;
import org.quietstar.config.DataConfig;
import org.quietstar.config.DataConfig.HoldOutBy;
import org.quietstar.hash.Sha256;
import org.quietstar.tokenizer.ChatTemplate;
import org.quietstar.tokenizer.Tokenizer;
import org.quietstar.tokenizer.Tokenizers;

/**
 * Tells one stream of windows from another: a SHA-256 over the names and sizes of the files, the first and the last 64 KiB
 * of each, the tokenizer, the seeds, and every setting that changes what windows come in which order. Folders do not
 * count, so that a corpus may be moved.
 */
final class DataFingerprint {
    private static final int SAMPLE_BYTES = 1 << 16;

    private DataFingerprint() {}

    /**
     * The fingerprint as 64 hexadecimal digits.
     *
     * @param template that writes conversations, where the files hold such
     * @throws QuietStarException where a file cannot be read
     */
    static String of(
            List<TextFile> files,
            DataConfig config,
            Tokenizer tokenizer,
            Optional<ChatTemplate> template,
            List<Long> seeds,
            boolean validation) {
        var digest = new Sha256();
        for (TextFile file : files) {
            add(digest, file.path().getFileName(), file.size(), file.format(), compression(file));
            addSamples(digest, file);
        }
        add(
                digest,
                config.textField(),
                config.textDocuments().word(),
                config.packing().word(),
                config.sequenceLength(),
                config.validation().isEmpty() ? config.validationFraction() : 0,
                validation,
                validation ? 1 : config.shuffleBuffer(),
                tokenizer.fingerprint(),
                seeds);
        List<Integer> prefix = Tokenizers.textPrefix(tokenizer, config.beginOfText());
        if (!prefix.isEmpty()) {
            add(digest, prefix);
        }
        template.ifPresent(writer -> add(digest, writer.fingerprint()));
        if (config.holdOutBy() == HoldOutBy.TEXT && config.validation().isEmpty()) {
            add(digest, config.holdOutBy().word());
        }
        return digest.hex();
    }

    /** As version 0.1.0 wrote it, which knew gzip alone. */
    private static Object compression(TextFile file) {
        return file.compression() == Compression.ZSTD ? "zstd" : file.compression() == Compression.GZIP;
    }

    private static void add(Sha256 digest, Object... values) {
        for (Object value : values) {
            digest.add((value + "\n").getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void addSamples(Sha256 digest, TextFile file) {
        try (var access = new RandomAccessFile(file.path().toFile(), "r")) {
            for (long from : new long[] {0, Math.max(0, access.length() - SAMPLE_BYTES)}) {
                byte[] sample = new byte[(int) Math.min(SAMPLE_BYTES, access.length() - from)];
                access.seek(from);
                access.readFully(sample);
                digest.add(sample);
            }
        } catch (IOException exception) {
            throw new QuietStarException(file.path() + ": cannot be read (" + exception.getMessage() + ")", exception);
        }
    }
}
