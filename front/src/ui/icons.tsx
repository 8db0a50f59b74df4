/**
 * The page's own line icons: 20 × 20, one stroke width, the colour of the text around them.
 *
 * They carry no meaning by themselves: whoever uses one gives the words, so they are hidden from screen readers.
 */
import type { ReactNode } from "react";

type IconProps = { size?: number; className?: string };

function icon(drawing: ReactNode) {
  return function Icon({ size = 20, className }: IconProps) {
    return (
      <svg
        aria-hidden="true"
        className={className}
        fill="none"
        focusable="false"
        height={size}
        stroke="currentColor"
        strokeLinecap="round"
        strokeLinejoin="round"
        strokeWidth={1.6}
        viewBox="0 0 20 20"
        width={size}
      >
        {drawing}
      </svg>
    );
  };
}

export const ArrowDownIcon = icon(<path d="M10 4v12m-5-5 5 5 5-5" />);
export const ArrowUpIcon = icon(<path d="M10 16V4M5 9l5-5 5 5" />);
export const CheckIcon = icon(<path d="m4.5 10.5 3.5 3.5 7.5-8" />);
export const ChevronDownIcon = icon(<path d="m5.5 8 4.5 4.5L14.5 8" />);
export const ChevronLeftIcon = icon(<path d="M12 5.5 7.5 10l4.5 4.5" />);
export const ChevronRightIcon = icon(<path d="m8 5.5 4.5 4.5L8 14.5" />);
export const CloseIcon = icon(<path d="m5.5 5.5 9 9m0-9-9 9" />);
export const CopyIcon = icon(
  <>
    <rect height="9.5" rx="2" width="9.5" x="7" y="7" />
    <path d="M4.5 13A1.5 1.5 0 0 1 3.5 11.5v-6a2 2 0 0 1 2-2h6A1.5 1.5 0 0 1 13 4.5" />
  </>,
);
export const DocumentIcon = icon(
  <>
    <path d="M11.5 2.8H6A1.7 1.7 0 0 0 4.3 4.5v11A1.7 1.7 0 0 0 6 17.2h8a1.7 1.7 0 0 0 1.7-1.7V7z" />
    <path d="M11.5 2.8V7h4.2M7.5 10.5h5m-5 3h3.5" />
  </>,
);
export const LinkIcon = icon(<path d="M8.5 11.5a3 3 0 0 0 4.3 0l2.6-2.6a3 3 0 0 0-4.3-4.3l-.9.9m1.3 3a3 3 0 0 0-4.3 0l-2.6 2.6a3 3 0 0 0 4.3 4.3l.9-.9" />);
export const DownloadIcon = icon(<path d="M10 3.5v9m-3.8-3.5L10 12.8 13.8 9M4 16.5h12" />);
export const EditIcon = icon(<path d="m12.6 4.6 2.8 2.8M4 16l.7-3.4 8.4-8.4a1.4 1.4 0 0 1 2 0l.7.7a1.4 1.4 0 0 1 0 2L7.4 15.3z" />);
export const ExternalIcon = icon(<path d="M11.5 4H16v4.5M16 4l-7 7M8 5H5.5A1.5 1.5 0 0 0 4 6.5v8A1.5 1.5 0 0 0 5.5 16h8a1.5 1.5 0 0 0 1.5-1.5V12" />);
export const EyeIcon = icon(
  <>
    <path d="M2.5 10S5.2 4.8 10 4.8 17.5 10 17.5 10 14.8 15.2 10 15.2 2.5 10 2.5 10Z" />
    <circle cx="10" cy="10" r="2.3" />
  </>,
);
export const EyeOffIcon = icon(
  <path d="m3.5 3.5 13 13M8.3 5C8.8 4.9 9.4 4.8 10 4.8c4.8 0 7.5 5.2 7.5 5.2a13 13 0 0 1-2.1 2.7M5.6 6.5A12.5 12.5 0 0 0 2.5 10S5.2 15.2 10 15.2c1.5 0 2.8-.5 3.9-1.2M8.4 8.4a2.3 2.3 0 0 0 3.2 3.2" />,
);
export const GearIcon = icon(
  <>
    <path d="M3.5 6h6m4 0h3M3.5 14h3m4 0h6" />
    <circle cx="11.5" cy="6" r="2" />
    <circle cx="8.5" cy="14" r="2" />
  </>,
);
export const KeyIcon = icon(
  <>
    <circle cx="7" cy="13" r="3.5" />
    <path d="m9.6 10.4 6.4-6.4m-2.2 2.2 2 2M11.5 8.5l1.5 1.5" />
  </>,
);
export const KeyboardIcon = icon(
  <>
    <rect height="10.5" rx="2" width="15" x="2.5" y="4.8" />
    <path d="M5.5 8h.01M8.5 8h.01M11.5 8h.01M14.5 8h.01M5.5 12h.01M14.5 12h.01M8 12h4" />
  </>,
);
export const MenuIcon = icon(<path d="M3.5 6.5h13m-13 7h9" />);
export const MoonIcon = icon(<path d="M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3Z" />);
export const MoreIcon = icon(
  <>
    <circle cx="4.5" cy="10" fill="currentColor" r="0.9" />
    <circle cx="10" cy="10" fill="currentColor" r="0.9" />
    <circle cx="15.5" cy="10" fill="currentColor" r="0.9" />
  </>,
);
export const NewChatIcon = icon(
  <path d="M10 4H5.5A1.5 1.5 0 0 0 4 5.5v9A1.5 1.5 0 0 0 5.5 16h9a1.5 1.5 0 0 0 1.5-1.5V10M15 3.5l1.5 1.5L10.5 11l-2.2.7.7-2.2z" />,
);
export const OfflineIcon = icon(
  <path d="m3.5 3.5 13 13M10 15.5h.01M7.3 12.6a3.8 3.8 0 0 1 4-.9M4.8 10a7.4 7.4 0 0 1 3-1.8m4.6.1A7.4 7.4 0 0 1 15.2 10M2.5 7.3a11 11 0 0 1 3-2m4.5-.9c2.9 0 5.5 1.1 7.5 2.9" />,
);
export const PeopleIcon = icon(
  <>
    <circle cx="7.5" cy="7" r="2.8" />
    <path d="M2.5 16a5 5 0 0 1 10 0M13 4.5a2.8 2.8 0 0 1 0 5M14.8 12a5 5 0 0 1 2.7 4" />
  </>,
);
export const PersonIcon = icon(
  <>
    <circle cx="10" cy="6.8" r="3" />
    <path d="M4 16.5a6 6 0 0 1 12 0" />
  </>,
);
export const PlusIcon = icon(<path d="M10 4v12M4 10h12" />);
export const RetryIcon = icon(<path d="M15.8 8.5A6 6 0 1 0 16 11m0-7v4.5h-4.5" />);
export const SearchIcon = icon(
  <>
    <circle cx="9" cy="9" r="5" />
    <path d="m13 13 3.5 3.5" />
  </>,
);
export const SendIcon = ArrowUpIcon;
export const SidebarIcon = icon(
  <>
    <rect height="13" rx="2.5" width="15" x="2.5" y="3.5" />
    <path d="M8 3.5v13" />
  </>,
);
export const SignOutIcon = icon(<path d="M8 4H5.5A1.5 1.5 0 0 0 4 5.5v9A1.5 1.5 0 0 0 5.5 16H8m4.5-9.5L16 10l-3.5 3.5M16 10H8" />);
export const StopIcon = icon(<rect fill="currentColor" height="8" rx="1.5" stroke="none" width="8" x="6" y="6" />);
export const SunIcon = icon(
  <>
    <circle cx="10" cy="10" r="3.2" />
    <path d="M10 2.8v1.2m0 12v1.2M2.8 10H4m12 0h1.2M4.9 4.9l.9.9m8.4 8.4.9.9m0-10.2-.9.9m-8.4 8.4-.9.9" />
  </>,
);
export const SystemIcon = icon(
  <>
    <rect height="9.5" rx="1.8" width="15" x="2.5" y="3.8" />
    <path d="M7 16.5h6M10 13.3v3.2" />
  </>,
);
export const TrashIcon = icon(<path d="M3.8 5.8h12.4M8 5.5V4a1 1 0 0 1 1-1h2a1 1 0 0 1 1 1v1.5m2.8.3-.6 9.2A1.6 1.6 0 0 1 12.6 16.5H7.4A1.6 1.6 0 0 1 5.8 15l-.6-9.2M8.5 9v4.3m3-4.3v4.3" />);
export const WarningIcon = icon(<path d="M10 7.5v3.8m0 2.7h.01M8.7 3.7 2.6 14.3A1.5 1.5 0 0 0 3.9 16.5h12.2a1.5 1.5 0 0 0 1.3-2.2L11.3 3.7a1.5 1.5 0 0 0-2.6 0Z" />);
