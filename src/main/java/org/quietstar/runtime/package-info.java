/**
 * What the program runs on: the native settings that make OpenBLAS, OpenMP and malloc fast, the facts about the machine,
 * and a diagnosis of what is slow. A leaf: it knows ND4J and nothing else of this project, and every package may use it.
 *
 * <p>Start at {@link org.quietstar.runtime.RuntimeReport}; a program that is not started by {@code ./quietstar} calls
 * {@link org.quietstar.runtime.NativeSettings#warnOnce()}.
 *
 * <pre>{@code
 * NativeSettings.warnOnce();
 * RuntimeReport report = RuntimeReport.gather();
 * for (Diagnosis.Finding slow : Diagnosis.of(report)) {
 *     String fix = slow.fix();
 * }
 * }</pre>
 */
package org.quietstar.runtime;
