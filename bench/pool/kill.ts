export interface Options {
  readonly folder: string
  readonly log: string
  readonly kills: number
}
export const run = async (_: Options): Promise<boolean> => false
