package org.quietstar.data;

import java.net.URI;
import java.nio.file.Path;
import org.datavec.api.records.metadata.RecordMetaData;
import org.datavec.api.records.reader.RecordReader;

/**
 * Where a record of {@link TextRecordReader} comes from.
 *
 * @param path file
 * @param file index of the file in the reader's list
 * @param line first line of the document, from 1
 * @param part number of this part of the document, from 0; only documents of a million characters have several
 * @param last whether the document ends with this part
 * @param textHash 64 bits that follow from the document's text, or the first million characters of it, alone
 * @param conversation whether a chat template has written it, so that special tokens are spelled out in it
 */
public record DocumentMetaData(
        String path, int file, long line, int part, boolean last, long textHash, boolean conversation)
        implements RecordMetaData {
    private static final long serialVersionUID = 1L;

    @Override
    public String getLocation() {
        return path + ":" + line + (part == 0 && last ? "" : " part " + part);
    }

    @Override
    public URI getURI() {
        return Path.of(path).toUri();
    }

    @Override
    public Class<? extends RecordReader> getReaderClass() {
        return TextRecordReader.class;
    }
}
