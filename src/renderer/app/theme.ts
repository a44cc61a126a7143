import {
  ActionIcon,
  Button,
  type CSSVariablesResolver,
  createTheme,
  localStorageColorSchemeManager,
  type MantineColorsTuple,
} from '@mantine/core'

/** Deep teal, light to dark; 7 is the accent in the light theme. */
const teal: MantineColorsTuple = [
  '#e9f6f5',
  '#d3ebe9',
  '#a6d7d3',
  '#74c1bc',
  '#4bafa9',
  '#2c9f99',
  '#14807f',
  '#0c6b6b',
  '#095757',
  '#064444',
]

/** Neutral with a slight cool cast, light to dark. */
const gray: MantineColorsTuple = [
  '#f5f7f8',
  '#eef2f3',
  '#dfe4e7',
  '#c3ccd1',
  '#a3b0b7',
  '#7e8c95',
  '#56636c',
  '#3f4b53',
  '#2a343a',
  '#182025',
]

const dark: MantineColorsTuple = [
  '#e2e8eb',
  '#b8c3c9',
  '#9aa8b0',
  '#5c6a72',
  '#414d54',
  '#2a3338',
  '#212a2f',
  '#181e22',
  '#141a1d',
  '#12171a',
]

/** For acts that destroy. */
const red: MantineColorsTuple = [
  '#fdeceb',
  '#fad7d4',
  '#f3ada8',
  '#ea7f78',
  '#dd5850',
  '#cd3c33',
  '#bd2c24',
  '#b3261e',
  '#941d17',
  '#751510',
]

const control = 'var(--hf-control)'
const inputVars = () => ({ wrapper: { '--input-height': control, '--input-fz': '13px', '--input-padding': '8px' } })
const flat = { shadow: 'none', withBorder: true } as const
const quick = { transitionProps: { duration: 100, transition: 'fade' } } as const

/** The look of UI.md told to Mantine: the tokens themselves are in `theme.css`. */
export const theme = createTheme({
  colors: { teal, red, gray, dark },
  primaryColor: 'teal',
  primaryShade: { light: 7, dark: 6 },
  fontFamily: 'var(--hf-sans)',
  fontFamilyMonospace: 'var(--hf-mono)',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '16px', sm: '20px', md: '20px', lg: '24px', xl: '28px' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  radius: { xs: '6px', sm: '6px', md: '6px', lg: '6px', xl: '6px' },
  defaultRadius: 'sm',
  shadows: { xs: 'none', sm: 'none', md: 'none', lg: 'none', xl: 'none' },
  headings: { fontWeight: '600', sizes: { h1: { fontSize: '20px', lineHeight: '28px' }, h2: { fontSize: '14px', lineHeight: '20px' } } },
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Button: Button.extend({
      defaultProps: { variant: 'default' },
      styles: { label: { fontWeight: 500 } },
      vars: (_theme, { size }) => ({
        root: size === undefined ? { '--button-height': control, '--button-padding-x': '12px', '--button-fz': '13px' } : {},
      }),
    }),
    ActionIcon: ActionIcon.extend({
      defaultProps: { variant: 'subtle', color: 'gray' },
      vars: (_theme, { size }) => ({ root: size === undefined ? { '--ai-size': control } : {} }),
    }),
    Input: { vars: inputVars, styles: { input: { outlineOffset: -1 } } },
    InputWrapper: {
      styles: { label: { marginBottom: 4, fontWeight: 500 } },
      vars: () => ({ label: { '--input-label-size': '13px' }, error: { '--input-error-size': '12px' } }),
    },
    Modal: {
      styles: { title: { fontSize: 14, fontWeight: 600, overflowWrap: 'anywhere' } },
      defaultProps: { centered: true, shadow: 'none', overlayProps: { backgroundOpacity: 0.4 }, ...quick },
    },
    Popover: { defaultProps: { ...flat, ...quick } },
    // Its placeholder for the focus is no child that a menu may have; the focus begins on the first item.
    Menu: { defaultProps: { ...flat, ...quick, withInitialFocusPlaceholder: false } },
    SegmentedControl: { styles: { label: { paddingInline: 10, fontWeight: 500 } } },
    Switch: { defaultProps: { withThumbIndicator: false } },
    Tooltip: { defaultProps: { openDelay: 400, transitionProps: { duration: 80, transition: 'fade' } } },
    Select: { defaultProps: { comboboxProps: { shadow: 'none', ...quick } } },
    Notification: { defaultProps: { withBorder: true } },
  },
})

const mapped = {
  '--mantine-color-body': 'var(--hf-surface)',
  '--mantine-color-text': 'var(--hf-text)',
  '--mantine-color-dimmed': 'var(--hf-muted)',
  '--mantine-color-placeholder': 'var(--hf-muted)',
  '--mantine-color-default': 'var(--hf-surface)',
  '--mantine-color-default-hover': 'var(--hf-hover)',
  '--mantine-color-default-color': 'var(--hf-text)',
  '--mantine-color-default-border': 'var(--hf-line-strong)',
  '--mantine-color-error': 'var(--hf-critical)',
  '--mantine-color-anchor': 'var(--hf-accent)',
}

export const resolveVariables: CSSVariablesResolver = () => ({ variables: {}, light: mapped, dark: mapped })

/** The same key is read by `theme-boot.js` before the first paint. */
export const colorSchemeManager = localStorageColorSchemeManager({ key: 'holdfast.theme' })
