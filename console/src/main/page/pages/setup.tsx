export function SetupPage(_: { path: string[] }) { return null; }
