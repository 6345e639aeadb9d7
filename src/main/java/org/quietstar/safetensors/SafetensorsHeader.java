package org.quietstar.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.quietstar.QuietStarException;

/**
 * The JSON header of a safetensors file, checked so that everything it says holds: every tensor's bytes lie in the
 * file, their number is that of the shape and the type, and together they cover the data exactly once.
 *
 * @param tensors by name, in the order of their bytes in the file
 * @param metadata the free text entries of {@code __metadata__}
 */
record SafetensorsHeader(Map<String, TensorInfo> tensors, Map<String, String> metadata) {
    /** Longest header that is read: the limit of the format's own reference implementation. */
    static final int MAX_BYTES = 100_000_000;

    static final String METADATA = "__metadata__";

    /** ND4J's limit on the number of dimensions. */
    private static final int MAX_RANK = 32;

    /** Names of types as the format has them: F8_E4M3, U32, F4. */
    private static final Pattern TYPE = Pattern.compile("[A-Z]{1,4}[0-9]{0,3}(_[A-Z0-9]{1,12})?");

    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /**
     * Reads a header.
     *
     * @param file what error messages call the file
     * @param json the header's bytes
     * @param dataBytes bytes in the file after the header
     */
    static SafetensorsHeader parse(String file, byte[] json, long dataBytes) {
        try (JsonParser parser = JSON.createParser(json)) {
            return new Reader(file, parser, dataBytes).read();
        } catch (IOException e) {
            throw new QuietStarException(
                    file + ": the safetensors header is not what the format allows: " + e.getMessage()
                            + ". The file is damaged; fetch or write it again.",
                    e);
        }
    }

    /** One pass over the header's tokens. */
    private record Reader(String file, JsonParser parser, long dataBytes) {

        SafetensorsHeader read() throws IOException {
            List<TensorInfo> tensors = new ArrayList<>();
            Map<String, String> metadata = Map.of();
            expect(parser.nextToken(), JsonToken.START_OBJECT, "header");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (name.equals(METADATA)) {
                    metadata = readMetadata();
                } else {
                    tensors.add(readTensor(name));
                }
            }
            if (parser.nextToken() != null) {
                throw new QuietStarException(file + ": the safetensors header continues after its closing brace."
                        + " The file is damaged; fetch or write it again.");
            }
            return new SafetensorsHeader(covering(tensors), metadata);
        }

        private Map<String, String> readMetadata() throws IOException {
            Map<String, String> metadata = new LinkedHashMap<>();
            expect(parser.nextToken(), JsonToken.START_OBJECT, METADATA);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String key = parser.currentName();
                expect(parser.nextToken(), JsonToken.VALUE_STRING, METADATA + "." + key);
                metadata.put(key, parser.getText());
            }
            return Collections.unmodifiableMap(metadata);
        }

        private TensorInfo readTensor(String name) throws IOException {
            String type = null;
            List<Long> shape = null;
            List<Long> offsets = null;
            expect(parser.nextToken(), JsonToken.START_OBJECT, name);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                switch (field) {
                    case "dtype" -> {
                        expect(parser.nextToken(), JsonToken.VALUE_STRING, name + ".dtype");
                        type = parser.getText();
                    }
                    case "shape" -> shape = readLongs(name, field, MAX_RANK);
                    case "data_offsets" -> offsets = readLongs(name, field, 2);
                    // The format's reference implementation passes over fields that it does not know.
                    default -> {
                        parser.nextToken();
                        parser.skipChildren();
                    }
                }
            }
            if (type == null || shape == null || offsets == null || offsets.size() != 2) {
                throw bad(name, "must have dtype, shape and two data_offsets");
            }
            TensorInfo info = new TensorInfo(name, typeOf(name, type), shape, offsets.get(0), offsets.get(1));
            check(info);
            return info;
        }

        private List<Long> readLongs(String name, String field, int most) throws IOException {
            List<Long> values = new ArrayList<>();
            expect(parser.nextToken(), JsonToken.START_ARRAY, name + "." + field);
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                expect(parser.currentToken(), JsonToken.VALUE_NUMBER_INT, name + "." + field);
                long value = parser.getLongValue();
                if (value < 0) {
                    throw bad(name, field + " holds the negative number " + value);
                }
                if (values.size() == most) {
                    throw bad(name, field + " holds more than " + most + " numbers");
                }
                values.add(value);
            }
            return values;
        }

        private TensorType typeOf(String name, String type) {
            if (!TYPE.matcher(type).matches()) {
                throw bad(name, "dtype '" + abbreviate(type) + "' is no name of a type");
            }
            return Arrays.stream(TensorType.values())
                    .filter(known -> known.name().equals(type))
                    .findFirst()
                    .orElseThrow(() -> new QuietStarException(file + ": tensor '" + abbreviate(name) + "' is of type "
                            + type + ": quantised weights and other number formats than "
                            + Arrays.toString(TensorType.values()) + " are not read; fetch the model as F32, F16 or"
                            + " BF16, or turn it back with the tool that quantised it"));
        }

        private void check(TensorInfo info) {
            long bytes = info.type().bytes();
            try {
                for (long size : info.shape()) {
                    // ND4J would accept such a shape next to a 0 and fail later.
                    if (size > Integer.MAX_VALUE) {
                        throw bad(info.name(), "shape " + info.shape() + " has a dimension above " + Integer.MAX_VALUE);
                    }
                    bytes = Math.multiplyExact(bytes, size);
                }
            } catch (ArithmeticException e) {
                throw bad(info.name(), "shape " + info.shape() + " has more elements than any file can hold");
            }
            String where = "data_offsets [" + info.begin() + ", " + info.end() + "]";
            if (info.begin() > info.end()) {
                throw bad(info.name(), where + " end before they begin");
            }
            if (info.end() > dataBytes) {
                throw bad(
                        info.name(),
                        where + " reach beyond the " + dataBytes + " bytes after the header; the file was cut short");
            }
            if (info.bytes() != bytes) {
                throw bad(
                        info.name(),
                        where + " hold " + info.bytes() + " bytes, but " + info.type() + " of shape " + info.shape()
                                + " takes " + bytes);
            }
        }

        /** The tensors in the order of their bytes, which must follow each other without gap or overlap. */
        private Map<String, TensorInfo> covering(List<TensorInfo> tensors) {
            tensors.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
            Map<String, TensorInfo> byName = new LinkedHashMap<>();
            long covered = 0;
            for (TensorInfo info : tensors) {
                if (info.begin() < covered) {
                    throw bad(
                            info.name(),
                            "begins at byte " + info.begin() + ", inside the tensor before it, which ends at "
                                    + covered);
                }
                if (info.begin() > covered) {
                    throw bad(
                            info.name(),
                            "begins at byte " + info.begin() + ", but the tensor before it ends at " + covered
                                    + ": bytes that belong to no tensor are not allowed");
                }
                covered = info.end();
                byName.put(info.name(), info);
            }
            if (covered != dataBytes) {
                throw new QuietStarException(file + ": the tensors end at byte " + covered + " after the header, but "
                        + dataBytes + " bytes are there. The file is damaged; fetch or write it again.");
            }
            return Collections.unmodifiableMap(byName);
        }

        private void expect(JsonToken found, JsonToken wanted, String where) {
            if (found != wanted) {
                throw bad(where, "the safetensors header has " + found + " where " + wanted + " belongs");
            }
        }

        private QuietStarException bad(String tensor, String why) {
            return new QuietStarException(file + ": tensor '" + abbreviate(tensor) + "': " + why
                    + ". The file is damaged or not in safetensors format; fetch or write it again.");
        }
    }

    /** Keeps a hostile name from filling the screen. */
    static String abbreviate(String text) {
        return text.length() <= 120 ? text : text.substring(0, 120) + "…";
    }
}
