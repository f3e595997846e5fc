/**
 * Why the devnet does not start; storage errors come from src/storage/Errors.ts.
 *
 * What goes wrong while it runs is said with the pool's own errors (actors/pool/Errors.ts).
 */
import * as Data from "effect/Data"

/** The text in the settings is no key that can be mined to. Exit code 2. */
export class MiningKeyInvalid extends Data.TaggedError("MiningKeyInvalid")<{
  readonly text: string
  readonly reason: string
}> {
  override get message() {
    const shown = this.text.length > 60 ? `${this.text.slice(0, 24)}... (${this.text.length} characters)` : this.text
    return `the mining key "${shown}" cannot be mined to: ${this.reason}; set MINING_PUBKEY or --pubkey to a version-1 address (public-key hash)`
  }
}

/** The database holds a devnet that was made from other constants. Exit code 2. */
export class ForeignDevnet extends Data.TaggedError("ForeignDevnet")<{
  readonly file: string
  readonly found: string
  readonly expected: string
}> {
  override get message() {
    return (
      `the devnet in ${this.file} begins with the genesis ${this.found}, this program's with ${this.expected}. ` +
      "Nothing was changed. Move the file away to begin a new devnet, or use the program that made it"
    )
  }
}

/** The chain in the database contradicts itself. Exit code 3. */
export class DevnetDamaged extends Data.TaggedError("DevnetDamaged")<{
  readonly file: string
  readonly detail: string
}> {
  override get message() {
    return `the devnet in ${this.file} is damaged: ${this.detail}. Nothing was changed. Restore the file from a backup, or move it away to begin a new devnet`
  }
}

export type DevnetError = MiningKeyInvalid | ForeignDevnet | DevnetDamaged
