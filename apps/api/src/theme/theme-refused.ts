/** The folder that THEME_DIR names can't be used. The message says what in it, why and what to do. */
export class ThemeRefused extends Error {}
