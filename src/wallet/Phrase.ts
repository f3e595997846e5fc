/**
 * Seed phrases: 24 new words, and what people type made into a phrase or refused. BIP39, English words.
 *
 * A phrase is redacted from its birth; the only place that unwraps one for the screen is the command that prints it once.
 */
import { generateMnemonic, validateMnemonic } from "@scure/bip39"
import { wordlist } from "@scure/bip39/wordlists/english.js"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { PhraseInvalid } from "./Errors.ts"

/** 24 words: 256 bits of the system's randomness. */
export const generate: Effect.Effect<Redacted.Redacted> = Effect.sync(() =>
  Redacted.make(generateMnemonic(wordlist, 256))
)

const known = new Set(wordlist)

/** White space and case do not matter. Says which word is wrong by its number, never by its letters. */
export const parse = (text: Redacted.Redacted): Effect.Effect<Redacted.Redacted, PhraseInvalid> =>
  Effect.suspend(() => {
    const words = Redacted.value(text)
      .normalize("NFKD")
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== "")
    const wrong = (problem: string) => Effect.fail(new PhraseInvalid({ problem }))
    if (![12, 15, 18, 21, 24].includes(words.length)) {
      return wrong(`${words.length} words were given; a phrase has 12, 15, 18, 21 or 24`)
    }
    const stranger = words.findIndex((word) => !known.has(word))
    if (stranger >= 0) return wrong(`word ${stranger + 1} is not one of the 2048 English words`)
    const phrase = words.join(" ")
    return validateMnemonic(phrase, wordlist)
      ? Effect.succeed(Redacted.make(phrase))
      : wrong("its checksum is wrong, so a word is wrong or two have changed places")
  })
