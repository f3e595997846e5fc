/**
 * The exit codes of every command, in one table: which error ends a program with which code.
 *
 * Scripts and service managers decide by these numbers, so they are part of the product's promise (README, tests). An
 * error that is not listed is an internal one: its message is shown all the same.
 */

/** 0 done. 1 internal. 2 usage, flag, config or file. 3 checked and refused. 4 a needed peer or program is missing. 75 left on purpose to be restarted. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 75

export const done: ExitCode = 0
export const internal: ExitCode = 1

const byTag: Readonly<Record<string, ExitCode>> = {
  // 2: the operator can mend it by typing something else or by editing a file
  UsageError: 2,
  SettingError: 2,
  FileError: 2,
  UnknownEnvironment: 2,
  InvalidSetting: 2,
  AddressUnusable: 2,
  NodeListInvalid: 2,
  NodeListUnreadable: 2,
  ConfigInvalid: 2,
  KeyInvalid: 2,
  AccountInvalid: 2,
  NotConfigured: 2,
  StorageCorrupt: 2,
  SchemaMismatch: 2,
  StorageUnavailable: 2,
  DoesNotFit: 2,
  ManyTargets: 2,
  UnknownNode: 2,
  ControlRefused: 2,
  NoNodes: 2,
  PowRefused: 2,
  GuestFault: 2,
  GuestUnknown: 2,
  ProofTooLarge: 2,
  MemoryShort: 2,
  MiningKeyInvalid: 2,
  ForeignDevnet: 2,
  PhraseInvalid: 2,
  AddressInvalid: 2,
  // 3: looked at and refused
  CountryRefused: 3,
  Forbidden: 3,
  NotFound: 3,
  RequestRefused: 3,
  ReceiptsStayLocal: 3,
  ProofInvalid: 3,
  PageInvalid: 3,
  DevnetDamaged: 3,
  BooksUnbalanced: 3,
  NodeRefused: 3,
  // 4: a peer, a program or a free folder is missing
  ProverMissing: 4,
  HostMissing: 4,
  FolderOwned: 4,
  DatabaseUnreachable: 4,
  BooksTaken: 4,
  PortTaken: 4,
  NoTarget: 4,
  TargetGone: 4,
  Unreachable: 4,
  ServerTrouble: 4,
  MalformedReply: 4,
  RateLimited: 4,
  NotesUnavailable: 4,
  NodeFailed: 4,
  // 75: whoever supervises the process may start it again
  NodeBroken: 75
}

/** The exit code of a tagged error. */
export const of = (error: { readonly _tag: string }): ExitCode => byTag[error._tag] ?? internal
