package org.quietstar.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.quietstar.QuietStarException;
import org.quietstar.config.TokenizerConfig;
import org.quietstar.config.TokenizerConfig.TokenizerKind;

class ByteTokenizerTest {
    private final Tokenizer tokenizer = new ByteTokenizer();

    @Test
    void idsAreTheBytesOfUtf8() {
        assertThat(tokenizer.encode("aé")).containsExactly('a', 0xC3, 0xA9);
        assertThat(tokenizer.encode("")).isEmpty();
        assertThat(tokenizer.vocabSize()).isEqualTo(259);
        assertThat(new int[] {tokenizer.bosId(), tokenizer.eosId(), tokenizer.padId()})
                .containsExactly(256, 257, 258);
    }

    @Test
    void decodeIsTheInverseAndSkipsSpecials() {
        String text = "Ünï\u0000 \uD83D\uDE00 </s>\r\n";
        assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
        assertThat(tokenizer.decode(new int[] {256, 'h', 258, 'i', 257})).isEqualTo("hi");
        assertThat(tokenizer.decode(new int[] {'a', 0xC3, 'b'})).isEqualTo("a\uFFFDb");
    }

    @Test
    void idsOutOfRangeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tokenizer.decode(new int[] {259}))
                .withMessageContaining("259")
                .withMessageContaining("0..258");
        assertThatIllegalArgumentException().isThrownBy(() -> tokenizer.textBytes(-1));
    }

    @Test
    void textBytesCountsOnlyBytes() {
        assertThat(tokenizer.textBytes(255)).isOne();
        assertThat(tokenizer.textBytes(257)).isZero();
    }

    @Test
    void openGoesByTheKind() {
        try (Tokenizer opened = Tokenizers.open(TokenizerConfig.defaults())) {
            assertThat(opened).isInstanceOf(ByteTokenizer.class);
            assertThat(opened.fingerprint()).isEqualTo("byte-259");
        }
        assertThatThrownBy(() -> Tokenizers.open(new TokenizerConfig(TokenizerKind.HUGGINGFACE, "nowhere.json")))
                .isInstanceOf(QuietStarException.class)
                .hasMessageContaining("nowhere.json");
    }
}
