/**
 * The version of the product, from package.json: one place to change, inlined into the bundle.
 */
import manifest from "../../package.json" with { type: "json" }

export const version: string = manifest.version
