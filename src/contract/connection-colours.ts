/** The marks that tell connections apart at a glance. A name and a word always stand beside them. Apart from the schemas, which pages load late. */
export const connectionColours = ['teal', 'blue', 'violet', 'magenta', 'red', 'orange', 'yellow', 'grey'] as const
export type ConnectionColour = (typeof connectionColours)[number]
