package org.quietstar.bench;

/** Growth of the form y = c·x^e. */
final class PowerLaw {
    private PowerLaw() {}

    /**
     * The exponent e that fits best: least squares on the logarithms.
     *
     * @param x above 0, at least two different ones
     * @param y above 0, as many
     */
    static double exponent(double[] x, double[] y) {
        double meanX = 0;
        double meanY = 0;
        for (int i = 0; i < x.length; i++) {
            meanX += Math.log(x[i]) / x.length;
            meanY += Math.log(y[i]) / x.length;
        }
        double products = 0;
        double squares = 0;
        for (int i = 0; i < x.length; i++) {
            double distance = Math.log(x[i]) - meanX;
            products += distance * (Math.log(y[i]) - meanY);
            squares += distance * distance;
        }
        return products / squares;
    }
}
