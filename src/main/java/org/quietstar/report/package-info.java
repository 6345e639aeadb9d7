/**
 * What people look at: pictures of a run. {@link org.quietstar.report.TrainingPlot} draws its course, {@link
 * org.quietstar.report.GainPlot} what thinking gains.
 */
package org.quietstar.report;
