/**
 * What people look at, as files and as the output of a notebook's cell. {@link org.quietstar.report.TrainingPlot} draws
 * the course of a run, {@link org.quietstar.report.ComparisonPlot} that of several, {@link org.quietstar.report.GainPlot}
 * what thinking gains, {@link org.quietstar.report.ThoughtView} a text with its thoughts.
 *
 * <pre>{@code
 * Picture course = TrainingPlot.picture(MetricsLog.read(Path.of("runs/mine/metrics.jsonl")));
 * course.write(Path.of("training.png"));
 * BufferedImage shown = course.image(); // a notebook's kernel displays it
 * String inline = course.html(); // or this
 * }</pre>
 */
package org.quietstar.report;
