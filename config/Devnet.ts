/**
 * The constants of the embedded devnet: from them its genesis block and every rule of its own follow.
 *
 * The devnet is a real small chain with the main network's structures and version-5 proof of work; what differs is here.
 * Changing a value that enters the genesis makes another chain, and a data folder of the old one is refused. Emission
 * and coinbase are the main network's schedule by the devnet's own heights (65,536 NOCK a block up to height 13,150).
 */
export const devnet = {
  /** Message of the genesis and of every block, below 20 words of 4 bytes. */
  genesisMessage: "PITBOSS DEVNET - coins of this chain are worth nothing",
  blockMessage: "pitboss devnet",
  /** Time of the genesis block, 2026-01-01T00:00:00Z, milliseconds since 1970. */
  genesisTime: 1_767_225_600_000,
  /** Expected digests behind the first blocks. */
  genesisDifficulty: 2n ** 20n,
  /** Seconds between blocks that the target steers to. */
  idealSeconds: 30n,
  /** Seconds behind schedule after which the target is twice as easy. */
  halfLifeSeconds: 900n,
  /**
   * A step of the median time counts for the target with at most this many seconds. The main network never sleeps; a
   * devnet does every night, and would have thousands of easy blocks to catch up with in the morning.
   */
  longestStepSeconds: 600n,
  /** Proof version of every height from 1 on. */
  proofVersion: 5,
  /** Length of the proof-of-work puzzle, as on the main network. */
  powLength: 64,
  /** Blocks until a coinbase can be spent, as on the main network. */
  maturity: 100,
  /** A candidate older than this is made anew (same parent, new time and payments), seconds, as on the main network. */
  refreshSeconds: 300,
  /** Blocks below the tip whose proofs (about 116 kB each) are kept; older blocks keep everything else. */
  proofsKept: 256
} as const
