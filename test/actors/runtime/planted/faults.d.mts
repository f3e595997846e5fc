interface Change {
  readonly file: string
  readonly find: string
  readonly replace: string
}

export declare const faults: ReadonlyArray<
  Change & { readonly name: string; readonly suites: ReadonlyArray<string>; readonly also?: ReadonlyArray<Change> }
>
