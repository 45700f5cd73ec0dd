"""How do the small pictures look? Strokes on a 24 × 24 grid, drawn inline, in the colour of the text around them."""

from types import MappingProxyType

ICONS = MappingProxyType(
    {
        "play": '<path d="M7 4.5v15l12-7.5z" fill="currentColor" stroke="none"/>',
        "pause": '<path d="M7 5h3.5v14H7zM13.5 5H17v14h-3.5z" fill="currentColor" stroke="none"/>',
        "back": '<path d="M16 5v14L6.5 12z" fill="currentColor" stroke="none"/><path d="M5 5v14"/>',
        "forward": '<path d="M8 5v14l9.5-7z" fill="currentColor" stroke="none"/><path d="M19 5v14"/>',
        "loop": '<path d="M17 3l3 3-3 3M4 11V9a3 3 0 0 1 3-3h13M7 21l-3-3 3-3M20 13v2a3 3 0 0 1-3 3H4"/>',
        "in": '<path d="M6 4v16M6 12h13M13 7l-6 5 6 5"/>',
        "out": '<path d="M18 4v16M18 12H5M11 7l6 5-6 5"/>',
        "brightness": '<circle cx="12" cy="12" r="4"/>'
        '<path d="M12 2.5v3M12 18.5v3M2.5 12h3M18.5 12h3M5.3 5.3l2.1 2.1M16.6 16.6l2.1 2.1M5.3 18.7l2.1-2.1"/>'
        '<path d="M16.6 7.4l2.1-2.1"/>',
        "contrast": '<circle cx="12" cy="12" r="8.5"/>'
        '<path d="M12 3.5a8.5 8.5 0 0 1 0 17z" fill="currentColor" stroke="none"/>',
        "zoom-in": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21M10.5 7.5v6M7.5 10.5h6"/>',
        "zoom-out": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="M15.5 15.5L21 21M7.5 10.5h6"/>',
        "reset": '<path d="M4 4v5h5M4.5 9A8.5 8.5 0 1 1 3.5 13"/>',
        "sector": '<path d="M9.5 4.5h5L21 17a15 15 0 0 1-18 0z"/>',
        "beside": '<path d="M3 5h8v14H3zM13 5h8v14h-8z"/>',
        "together": '<path d="M4 5v6l5-3zM4 13v6l5-3zM13 8h7M13 16h7"/>',
        "arrow": '<path d="M5 19L18 6M10.5 5.5H18.5V13.5"/>',
        "box": '<rect x="4.5" y="6" width="15" height="12"/>',
        "line": '<path d="M5.5 18.5l13-13M3.5 16.5l4 4M16.5 3.5l4 4"/>',
        "pin": '<path d="M4 5h16v11h-8l-5 4v-4H4z"/>',
        "mmode": '<path d="M5 3v18"/><path d="M8.5 8q2-3 4 0t4 0 4 0M8.5 15q2-3 4 0t4 0 4 0"/>',
        "keyboard": '<rect x="2.5" y="6" width="19" height="12" rx="2"/>'
        '<path d="M6.5 10h.01M10 10h.01M13.5 10h.01M17 10h.01M8 14h8"/>',
        "good": '<path d="M4.5 12.5l5 5L19.5 7"/>',
        "weak": '<path d="M12 4l9 16H3z"/><path d="M12 10v4.5M12 17.2v.01"/>',
        "poor": '<path d="M8 3h8l5 5v8l-5 5H8l-5-5V8z"/><path d="M12 7.5v5.5M12 16.4v.01"/>',
        "none": '<path d="M6 12h12"/>',
        "waiting": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.2l3.3 2"/>',
        "held": '<rect x="5" y="11" width="14" height="9" rx="1.5"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>',
        "refused": '<circle cx="12" cy="12" r="8.5"/><path d="M6.2 6.2l11.6 11.6"/>',
        "question": '<circle cx="12" cy="12" r="8.5"/>'
        '<path d="M9.6 9.4a2.5 2.5 0 1 1 3.6 2.5c-.8.4-1.2.9-1.2 1.8M12 16.8v.01"/>',
        "new": '<circle cx="12" cy="12" r="5" fill="currentColor" stroke="none"/>',
        "right": '<path d="M9 5l7 7-7 7"/>',
        "left": '<path d="M15 5l-7 7 7 7"/>',
        "upload": '<path d="M12 15V4M7.5 8.5L12 4l4.5 4.5M4.5 15v4.5h15V15"/>',
        "person": '<circle cx="12" cy="8" r="4"/><path d="M4 20.5c1-4 4.2-6 8-6s7 2 8 6"/>',
    }
)
