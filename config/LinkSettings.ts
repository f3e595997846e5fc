/**
 * What the pool server and its miners set in the same way.
 */
import * as Schema from "effect/Schema"
import { type Kind, optional, path, setting } from "./Setting.ts"

const levels = ["trace", "debug", "info", "warn", "error"] as const

/** A level, or a list such as `info,hyper=warn` of which the part without a name counts. */
const logLevel: Kind<(typeof levels)[number]> = {
  placeholder: levels.join("|"),
  schema: Schema.transform(
    Schema.String.pipe(
      Schema.filter((value) =>
        value.split(",").every((part) => /^([\w:.-]+=\w+|trace|debug|info|warn|error)$/i.test(part))
      )
    ),
    Schema.Literal(...levels),
    {
      strict: true,
      decode: (value) => {
        const bare = value
          .split(",")
          .find((part) => !part.includes("="))
          ?.toLowerCase()
        return levels.find((level) => level === bare) ?? "info"
      },
      encode: (level) => level
    }
  ),
  expected: { en: `one of ${levels.join(", ")}`, zh: `${levels.join("、")} 之一` }
}

/** The least level of log lines. */
export const log = setting(logLevel, {
  name: "log",
  short: "l",
  fallback: "info",
  variables: ["RUST_LOG"],
  about: { en: "least level of log lines", zh: "日志级别" }
})

/** Of the certificate that `--tls-cert` names. */
export const tlsKey = optional(path("FILE"), {
  name: "tls-key",
  about: { en: "its private key (PEM, mode 0600)", zh: "证书私钥（PEM，权限 0600）" }
})
