/** A number with a fixed count of decimals and a true minus sign; a dash for what does not exist. */
export function fixed(value: number | null, decimals = 2): string {
  if (value === null || Number.isNaN(value)) return '–';
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}
