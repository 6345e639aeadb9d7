package org.quietstar.samediff.plan;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Plans by what they were made for, a shape as a rule. When there are too many, the one that was not asked for the
 * longest is closed.
 *
 * @param <K> with equals and hashCode
 */
public final class PlanCache<K> implements AutoCloseable {
    private final int most;
    private final Function<K, StaticPlan> compiler;
    private final Map<K, StaticPlan> plans = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * @param most how many plans are kept, at least 1
     * @param compiler makes a plan that is not there
     */
    public PlanCache(int most, Function<K, StaticPlan> compiler) {
        if (most < 1) {
            throw new IllegalArgumentException("A cache of " + most + " plans keeps none");
        }
        this.most = most;
        this.compiler = compiler;
    }

    /** The plan for {@code key}, valid until {@code most} others were asked for. */
    public StaticPlan get(K key) {
        StaticPlan plan = plans.get(key);
        if (plan == null) {
            if (plans.size() == most) {
                K oldest = plans.keySet().iterator().next();
                plans.remove(oldest).close();
            }
            plan = compiler.apply(key);
            plans.put(key, plan);
        }
        return plan;
    }

    /** How many plans there are. */
    public int size() {
        return plans.size();
    }

    @Override
    public void close() {
        plans.values().forEach(StaticPlan::close);
        plans.clear();
    }
}
