package org.quietstar.data.parquet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;

/** Values of Parquet as JSON. */
final class GroupJson {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private GroupJson() {}

    /** The value of a field: an array where it is repeated, {@code null} where it is absent. */
    static JsonNode field(Group record, int field) {
        Type type = record.getType().getType(field);
        int count = record.getFieldRepetitionCount(field);
        if (type.isRepetition(Type.Repetition.REPEATED)) {
            ArrayNode all = JSON.arrayNode();
            for (int i = 0; i < count; i++) {
                all.add(single(record, field, i));
            }
            return all;
        }
        return count == 0 ? NullNode.getInstance() : single(record, field, 0);
    }

    private static JsonNode single(Group record, int field, int index) {
        Type type = record.getType().getType(field);
        if (type.isPrimitive()) {
            return primitive(record, field, index, type.asPrimitiveType().getPrimitiveTypeName());
        }
        Group inner = record.getGroup(field, index);
        return type.getLogicalTypeAnnotation() instanceof ListLogicalTypeAnnotation ? list(inner) : object(inner);
    }

    private static ObjectNode object(Group record) {
        ObjectNode object = JSON.objectNode();
        for (int i = 0; i < record.getType().getFieldCount(); i++) {
            object.set(record.getType().getFieldName(i), field(record, i));
        }
        return object;
    }

    /** A list is a structure with one repeated field, in newer files around another one that is the element. */
    private static JsonNode list(Group record) {
        Type repeated = record.getType().getType(0);
        boolean wrapped = !repeated.isPrimitive()
                && repeated.asGroupType().getFieldCount() == 1
                && !repeated.getName().equals("array");
        JsonNode all = field(record, 0);
        if (!wrapped) {
            return all;
        }
        String element = ((GroupType) repeated).getFieldName(0);
        ArrayNode elements = JSON.arrayNode();
        all.forEach(each -> elements.add(each.get(element)));
        return elements;
    }

    private static JsonNode primitive(Group record, int field, int index, PrimitiveTypeName type) {
        return switch (type) {
            case BINARY, FIXED_LEN_BYTE_ARRAY ->
                text(record.getBinary(field, index).getBytes());
            case BOOLEAN -> JSON.booleanNode(record.getBoolean(field, index));
            case INT32 -> JSON.numberNode(record.getInteger(field, index));
            case INT64 -> JSON.numberNode(record.getLong(field, index));
            case FLOAT -> JSON.numberNode(record.getFloat(field, index));
            case DOUBLE -> JSON.numberNode(record.getDouble(field, index));
            case INT96 -> JSON.textNode(record.getValueToString(field, index));
        };
    }

    private static JsonNode text(byte[] bytes) {
        try {
            return JSON.textNode(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException noText) {
            return JSON.binaryNode(bytes);
        }
    }
}
