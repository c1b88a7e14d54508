/** Meta's template languages (templates/supported-languages). */
export const TEMPLATE_LANGUAGES: ReadonlySet<string> = new Set(
  `af sq ar ar_EG ar_AE ar_LB ar_MA ar_QA az be_BY bn bn_IN bg ca zh_CN zh_HK zh_TW hr cs da prs_AF nl nl_BE en en_GB
  en_US en_AE en_AU en_CA en_GH en_IE en_IN en_JM en_MY en_NZ en_QA en_SG en_UG en_ZA et fil fi fr fr_BE fr_CA fr_CH
  fr_CI fr_MA ka de de_AT de_CH el gu ha he hi hu id ga it ja kn kk rw_RW ko ky_KG lo lv lt mk ms ml mr nb ps_AF fa pl
  pt_BR pt_PT pa ro ru sr si_LK sk sl es es_AR es_CL es_CO es_CR es_DO es_EC es_HN es_MX es_PA es_PE es_ES es_UY sw sv
  ta te th tr uk ur uz vi zu`.split(/\s+/),
);

/** Other codes for languages of TEMPLATE_LANGUAGES. */
const OTHERWISE: Readonly<Record<string, string>> = {
  no: 'nb',
  nn: 'nb',
  tl: 'fil',
  iw: 'he',
  in: 'id',
  zh: 'zh_CN',
  pt: 'pt_BR',
};

/** The code probably meant: `en-US` → `en_US`, `no` → `nb`, `hi_IN` → `hi`. */
export function languageMeant(code: string): string | undefined {
  const written = code.trim().replaceAll('-', '_').toLowerCase();
  const [language = ''] = written.split('_');
  const codes = [...TEMPLATE_LANGUAGES];
  return (
    codes.find((one) => one.toLowerCase() === written) ??
    OTHERWISE[language] ??
    codes.find((one) => one === language) ??
    codes.find((one) => one.startsWith(`${language}_`))
  );
}
