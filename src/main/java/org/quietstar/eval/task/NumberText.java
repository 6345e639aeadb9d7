package org.quietstar.eval.task;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.math3.fraction.BigFraction;

/** Numbers as people write them: with separators of thousands, signs, units, decimals, as a fraction. */
final class NumberText {
    /** A sign between two numbers is none: 16 - 3. */
    private static final Pattern NUMBER = Pattern.compile(
            "(?<sign>(?<![\\p{L}\\p{N})])(?<![\\p{N})]\\s)[-\u2212])?\\s?[$€£]?\\s?(?<whole>\\d{1,3}(?:,\\d{3})+|\\d+)?(?<decimals>\\.\\d+)?(?:\\s?/\\s?(?<below>\\d+))?");

    /** What may follow the digits of a number that is a text by itself: a unit of one word. */
    private static final Pattern UNIT = Pattern.compile("\\s?[%°$€£]?[\\p{L}/²³]*\\.?");

    private NumberText() {}

    /** The value of the first number in a text; empty where there is none. */
    static Optional<BigFraction> first(String text) {
        Matcher number = NUMBER.matcher(text);
        while (number.find()) {
            if (hasDigits(number)) {
                return Optional.of(value(number));
            }
        }
        return Optional.empty();
    }

    /** The value of the last number in a text; empty where there is none. */
    static Optional<BigFraction> last(String text) {
        Optional<BigFraction> last = Optional.empty();
        Matcher number = NUMBER.matcher(text);
        while (number.find()) {
            last = hasDigits(number) ? Optional.of(value(number)) : last;
        }
        return last;
    }

    /** Whether a text is a number and nothing else but a unit. */
    static boolean isNumber(String text) {
        String all = text.strip();
        Matcher number = NUMBER.matcher(all);
        return number.lookingAt()
                && hasDigits(number)
                && UNIT.matcher(all.substring(number.end())).matches();
    }

    private static boolean hasDigits(Matcher number) {
        return number.group("whole") != null || number.group("decimals") != null;
    }

    private static BigFraction value(Matcher number) {
        String digits = number.group("whole");
        String whole = digits == null ? "0" : digits.replace(",", "");
        String decimals = number.group("decimals");
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
