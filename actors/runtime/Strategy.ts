/**
 * Which siblings share the fate of a child that is restarted.
 *
 * Pure, on children in start order. Whoever is in the group is stopped in reverse order and started in order again.
 *
 * ```
 * one_for_one    -b       +b
 * rest_for_one   -b -c    +b +c       b and what was started after it
 * one_for_all    -b -c -a +a +b +c    everything
 * ```
 */
export type Strategy = "one_for_one" | "rest_for_one" | "one_for_all"

/** The group of `child`, in start order, itself included. */
export const group = <Child>(strategy: Strategy, children: Iterable<Child>, child: Child): Array<Child> => {
  if (strategy === "one_for_one") return [child]
  const all = Array.from(children)
  return strategy === "one_for_all" ? all : all.slice(all.indexOf(child))
}
