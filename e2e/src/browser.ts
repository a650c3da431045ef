/** Chromium as people use it, looking at the console of the system under test. */
import { chromium, type Browser, type Page } from 'playwright-core';
import { system } from './system';

/** mDNS names instead of addresses cannot be looked up where no responder runs. */
const switches = ['--no-sandbox', '--disable-features=WebRtcHideLocalIpsWithMdns'];

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: '/usr/bin/chromium', args: switches });

/** A page of its own profile, signed in by the form, listening. */
export async function signInAt(browser: Browser, customer: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${system().urls.console}/console/`);
  await page.getByLabel('Customer').fill(customer);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('[data-connection=open]').waitFor();
  return page;
}
