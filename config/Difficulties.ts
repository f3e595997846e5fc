/**
 * The difficulty classes of the Nexus network, easiest first.
 */
export const difficulties = [
  "SMALL",
  "SMALL_MEDIUM",
  "MEDIUM",
  "LARGE",
  "EXTRA_LARGE",
  "EXTRA_LARGE_2",
  "EXTRA_LARGE_3",
  "EXTRA_LARGE_4",
  "EXTRA_LARGE_5"
] as const
