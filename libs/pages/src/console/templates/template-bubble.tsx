import { useQuery } from '@tanstack/preact-query';
import type { RenderedButton, RenderedCard, RenderedTemplate } from '@wbiz/contracts/template/preview';
import {
  Copy,
  ExternalLink,
  FileText,
  Image,
  List,
  MapPin,
  Phone,
  Reply,
  ShoppingBag,
  Video,
  type LucideIcon,
} from 'lucide-preact';
import { RichText } from '../../parts/rich-text.js';
import { useObjectUrl } from '../../parts/use-object-url.js';
import { useAccount } from '../account.js';

type BubbleProps = {
  readonly template: RenderedTemplate;
  /** The id of the uploaded file in the header. */
  readonly sample?: string | undefined;
  /** The same, for each card. */
  readonly cardSamples?: readonly (string | undefined)[];
  readonly place?: string | undefined;
};

/** A template as a person sees it in WhatsApp. */
export function TemplateBubble({
  template: { footer, offer, cards, ...card },
  sample,
  cardSamples = [],
  place,
}: BubbleProps) {
  return (
    <figure class="template-chat" aria-label="Preview">
      <div class="template-bubble">
        <Header {...card} sample={sample} place={place} />
        {offer && <p class="offer">{offer}</p>}
        <Body text={card.body} />
        {footer && <p class="footer">{footer}</p>}
        <Buttons buttons={card.buttons} />
      </div>
      {cards && (
        <ol class="template-cards" tabIndex={0} aria-label="Cards of the carousel">
          {cards.map((inner, index) => (
            <li key={index} class="template-bubble">
              <Header {...inner} sample={cardSamples[index]} />
              <Body text={inner.body} />
              <Buttons buttons={inner.buttons} />
            </li>
          ))}
        </ol>
      )}
    </figure>
  );
}

const Body = ({ text }: { text: string | undefined }) =>
  text ? (
    <p class="body">
      <RichText text={text} />
    </p>
  ) : null;

const MEDIA: Readonly<Record<string, readonly [LucideIcon, string]>> = {
  IMAGE: [Image, 'Image'],
  GIF: [Image, 'GIF'],
  VIDEO: [Video, 'Video'],
  DOCUMENT: [FileText, 'Document'],
  LOCATION: [MapPin, 'Location'],
  PRODUCT: [ShoppingBag, 'Product'],
};

function Header({ header, sample, place }: Pick<RenderedCard, 'header'> & Omit<BubbleProps, 'template'>) {
  if (!header) return null;
  if (header.format === 'TEXT')
    return header.text ? (
      <p class="heading">
        <RichText text={header.text} />
      </p>
    ) : null;
  const [Icon, name] = MEDIA[header.format] ?? [FileText, header.format];
  const nothing = (
    <div class="medium">
      <Icon size={28} aria-hidden="true" />
      <span>{place || name}</span>
    </div>
  );
  return sample?.startsWith('med_') ? (
    <Sample key={sample} id={sample} format={header.format} name={name}>
      {nothing}
    </Sample>
  ) : (
    nothing
  );
}

type SampleProps = {
  readonly id: string;
  readonly format: string;
  readonly name: string;
  readonly children: preact.ComponentChild;
};

function Sample({ id, format, name, children }: SampleProps) {
  const { account, api } = useAccount();
  const content = useQuery({
    queryKey: [account.id, 'media', id, 'content'],
    queryFn: ({ signal }) =>
      api.request('GET', '/v1/media/{id}/content', { path: { id }, signal }) as Promise<unknown>,
    staleTime: Infinity,
  });
  const url = useObjectUrl(content.data instanceof Blob ? content.data : undefined);
  if (url && (format === 'IMAGE' || format === 'GIF'))
    return <img class="medium" src={url} alt={`${name} of the header`} />;
  if (url && format === 'VIDEO')
    return <video class="medium" src={url} controls aria-label={`${name} of the header`} />;
  return <>{children}</>;
}

const BUTTON_ICONS: Readonly<Record<string, LucideIcon>> = {
  URL: ExternalLink,
  PHONE_NUMBER: Phone,
  QUICK_REPLY: Reply,
  COPY_CODE: Copy,
  OTP: Copy,
  FLOW: FileText,
  CATALOG: ShoppingBag,
  MPM: ShoppingBag,
  SPM: ShoppingBag,
};

function Buttons({ buttons }: { buttons: readonly RenderedButton[] }) {
  if (buttons.length === 0) return null;
  return (
    <ul class="buttons" aria-label="Buttons">
      {buttons.map(({ type, label, url, phoneNumber, code }, index) => {
        const Icon = BUTTON_ICONS[type] ?? List;
        return (
          <li key={index} title={url ?? phoneNumber ?? code}>
            <Icon size={15} aria-hidden="true" />
            <RichText text={label || 'Button'} />
          </li>
        );
      })}
    </ul>
  );
}
