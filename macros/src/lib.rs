//! The attributes of Foldline.
