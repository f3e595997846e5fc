/**
 * Elements in one expression. Texts are only ever text: nothing that a miner called itself becomes markup.
 */
export type Content = Node | string

/** `element("td.number", "12")`: a tag with its classes, and what is in it. */
export const element = (name: string, ...content: ReadonlyArray<Content>): HTMLElement => {
  const [tag = "div", ...classes] = name.split(".")
  const made = document.createElement(tag)
  if (classes.length > 0) made.className = classes.join(" ")
  made.append(...content)
  return made
}

/** A long name: as much of it as fits is shown, all of it on hovering and in what is copied. */
export const long = (text: string, made: HTMLElement = element("span", text)): HTMLElement => {
  made.classList.add("long")
  made.title = text
  return made
}

export const link = (text: string, href: string): HTMLElement => {
  const made = element("a", text)
  made.setAttribute("href", href)
  return made
}

/** Null: it cannot be pressed now. */
export const button = (text: string, press: (() => void) | null): HTMLElement => {
  const made = document.createElement("button")
  made.type = "button"
  made.append(text)
  made.disabled = press === null
  if (press !== null) made.addEventListener("click", press)
  return made
}
