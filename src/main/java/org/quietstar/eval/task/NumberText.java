package org.quietstar.eval.task;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.math3.fraction.BigFraction;

/** Numbers as people write them: with separators of thousands, signs, units, decimals, as a fraction. */
final class NumberText {
    private static final Pattern NUMBER = Pattern.compile(
            "(?<sign>[-\u2212])?\\s?[$€£]?\\s?(?<whole>\\d{1,3}(?:,\\d{3})+|\\d+)?(?<decimals>\\.\\d+)?(?:\\s?/\\s?(?<below>\\d+))?");

    private NumberText() {}

    /** The value of the first number in a text; empty where there is none. */
    static Optional<BigFraction> first(String text) {
        Matcher number = NUMBER.matcher(text);
        while (number.find()) {
            String whole = number.group("whole");
            String decimals = number.group("decimals");
            if (whole != null || decimals != null) {
                return Optional.of(value(number, whole == null ? "0" : whole.replace(",", ""), decimals));
            }
        }
        return Optional.empty();
    }

    private static BigFraction value(Matcher number, String whole, String decimals) {
        var decimal = new BigDecimal(whole + (decimals == null ? "" : decimals));
        var value = new BigFraction(decimal.unscaledValue(), BigInteger.TEN.pow(decimal.scale()));
        String below = number.group("below");
        if (below != null && new BigInteger(below).signum() != 0) {
            value = value.divide(new BigInteger(below));
        }
        return number.group("sign") == null ? value : value.negate();
    }

    /** A number with digits, a point and a sign alone, without zeros that say nothing; a fraction that does not end stays one. */
    static String plain(BigFraction value) {
        try {
            return new BigDecimal(value.getNumerator())
                    .divide(new BigDecimal(value.getDenominator()))
                    .stripTrailingZeros()
                    .toPlainString();
        } catch (ArithmeticException endless) {
            return value.getNumerator() + "/" + value.getDenominator();
        }
    }
}
