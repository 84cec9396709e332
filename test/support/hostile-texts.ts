/** What would show that a text has run: no page sets it. */
export const MARK = '__xss';

/** Markup that runs by itself when it is taken as markup. */
const MARKUP = [
  ...['<script>RUN</script>', '<script src=//evil.example/x.js></script>', '<SCRIPT\n>RUN</SCRIPT\n>'],
  ...['<img src=x onerror=RUN>', '<img src onerror="RUN">', "<img/src='x'/onerror='RUN'>", '<image src=x onerror=RUN>'],
  ...[
    '<svg onload=RUN>',
    '<svg/onload=RUN>',
    '<svg><script>RUN</script></svg>',
    '<svg><animate onbegin=RUN attributeName=x>',
  ],
  ...[
    '<svg><a xlink:href="javascript:RUN"><text>x</text></a></svg>',
    '<svg><use href="data:image/svg+xml,<svg onload=RUN>#x">',
  ],
  ...[
    '<body onload=RUN>',
    '<input autofocus onfocus=RUN>',
    '<select autofocus onfocus=RUN>',
    '<textarea autofocus onfocus=RUN>',
  ],
  ...['<video><source onerror=RUN></video>', '<audio src=x onerror=RUN>', '<video poster=javascript:RUN>'],
  ...[
    '<details open ontoggle=RUN>',
    '<marquee onstart=RUN>',
    '<iframe src=javascript:RUN>',
    '<iframe srcdoc="<script>RUN</script>">',
  ],
  ...[
    '<object data=javascript:RUN>',
    '<embed src=javascript:RUN>',
    '<form action=javascript:RUN><button>',
    '<isindex action=javascript:RUN>',
  ],
  ...['<a href="javascript:RUN">x</a>', '<a href=" javascript:RUN">x</a>', '<a href="jav&#x09;ascript:RUN">x</a>'],
  ...[
    '<math><mi xlink:href="javascript:RUN">x</mi></math>',
    '<math><mtext><table><mglyph><style><img src=x onerror=RUN>',
  ],
  ...[
    '<base href=//evil.example/>',
    '<meta http-equiv=refresh content="0;url=javascript:RUN">',
    '<link rel=stylesheet href=//evil.example/x.css>',
  ],
  ...[
    '<style>@import "//evil.example/x.css";</style>',
    '<style>*{display:none!important}</style>',
    '<div style="background:url(//evil.example)">',
  ],
  ...[
    '<template><script>RUN</script></template>',
    '<noscript><p title="</noscript><img src=x onerror=RUN>">',
    '<xmp><script>RUN</script></xmp>',
  ],
  ...[
    '<customer-timeline onclick=RUN>',
    '<slot onslotchange=RUN>',
    '<x onpointerover=RUN style=position:fixed;inset:0>x</x>',
  ],
  ...[
    '<portal src=//evil.example>',
    '<dialog open onclose=RUN>',
    '<keygen autofocus onfocus=RUN>',
    '<frameset onload=RUN>',
  ],
];

/** What ends where a text was put, so that markup may follow. */
const ENDS = [
  '">',
  "'>",
  '`>',
  '-->',
  ']]>',
  '</title>',
  '</textarea>',
  '</script>',
  '</style>',
  '</pre></code>',
  '?>',
  '*/',
  '\\">',
];

const PAYLOADS = ['<script>RUN</script>', '<img src=x onerror=RUN>', '<svg onload=RUN>'];

/** Of attributes, scripts, style sheets, links and template languages. */
const OTHERS = [
  ...[
    '" onmouseover="RUN',
    "' onfocus='RUN' autofocus='",
    '" style="x:expression(RUN)',
    '`onload=RUN`',
    ' onclick=RUN ',
  ],
  ...[
    "';RUN;//",
    '";RUN;//',
    '`${RUN}`',
    '\\u003cscript\\u003eRUN',
    '\\x3cscript\\x3eRUN',
    '&lt;script&gt;RUN&lt;/script&gt;',
  ],
  ...[
    '&#60;script&#62;RUN',
    '%3Cscript%3ERUN%3C/script%3E',
    '+ADw-script+AD4-RUN',
    '\uff1cscript\uff1eRUN',
    '\u226escript\u226fRUN',
  ],
  ...[
    'javascript:RUN',
    'JaVaScRiPt:RUN',
    'java\tscript:RUN',
    ' javascript:RUN',
    'javascript://%0aRUN',
    'vbscript:RUN',
    'data:text/html,RUN',
  ],
  ...[
    'data:text/html;base64,PHNjcmlwdD4=',
    'blob:RUN',
    'file:///etc/passwd',
    '//evil.example',
    '\\\\evil.example',
    'https:evil.example',
  ],
  ...[
    '{{constructor.constructor("RUN")()}}',
    '{{7*7}}',
    '${7*7}',
    '#{7*7}',
    '<%= 7*7 %>',
    '{%raw%}',
    '[[${7*7}]]',
    '*{7*7}',
    '@(7*7)',
  ],
  ...[
    '{payload.text}',
    '{{',
    '}}',
    '{',
    '{type:money(x)}',
    '?{RUN}',
    '<?lit$1$?>',
    '<!--?lit$0$-->',
    '<!--lit-part-->',
    '$&',
    '$1',
    "$'",
  ],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'innerHTML',
    'then',
    'length',
    'undefined',
    'null',
    'NaN',
  ],
  ...[
    "' OR 1=1--",
    "'; DROP TABLE apps;--",
    '1;SELECT pg_sleep(9)',
    '() { :;}; RUN',
    '$(RUN)',
    '| RUN',
    '; RUN',
    '%s%n%x',
    '../../../etc/passwd',
  ],
  ...[
    '=cmd|"/C calc"!A0',
    '@SUM(1+1)',
    '-1+1',
    '+1',
    '\\',
    '\\\\',
    '\\"',
    '\\n',
    '/*',
    '//',
    '--',
    '#',
    '?',
    '&',
    '&amp;',
    '&nbsp;',
    '&#0;',
  ],
];

/** Characters that are not seen, that turn others round, or that are made of several. */
const CHARACTERS = [
  ...[
    '\u202eevil\u202c',
    '\u2066\u2067\u2068x\u2069',
    '\u200f\u200e',
    '\u200b\u200c\u200d\u2060',
    '\ufeffx',
    '\u00ad\u00adx',
    '\u2028x',
    '\u2029x',
  ],
  ...[
    '👩‍👩‍👧‍👦',
    '🏳️‍🌈',
    '🇺🇦',
    'e\u0301',
    'Z\u0351\u036b\u0343',
    'ﷺ',
    'שלום',
    'مرحبا',
    'नमस्ते',
    '日本語',
    '\u{1f600}',
    '\u{10ffff}',
    '\ue000',
  ],
  ...['ſcript', 'ﬃ', 'ı', 'İ', 'ß', 'ǆ', '\u1680x', '\u3000x', '\u00a0x', '\u2000x', 'Ａ', 'ａdmin', 'раураӏ'],
];

/** Some 240 different texts that have broken pages elsewhere, of 1 to 100 characters; none has a control character. */
export const HOSTILE_TEXTS: readonly string[] = [
  ...new Set(
    [...MARKUP, ...ENDS.flatMap((end) => PAYLOADS.map((payload) => end + payload)), ...OTHERS, ...CHARACTERS].map(
      (text) => text.replaceAll('RUN', `${MARK}=1`).replaceAll(/[\t\n]/g, ' '),
    ),
  ),
];
