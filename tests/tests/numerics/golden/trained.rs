use super::golden;
use chainrule::layers::{Scale, Snake};

golden! { "trained",
    scale: Scale<[[[T; 3]; 3]; 2], 1> = Scale::default();
    scale_vector: Scale<[T; 6], 1> = Scale::default();
    scale_per_channel: Scale<[[[T; 4]; 2]; 3], 3> = Scale::default();
    scale_per_feature: Scale<[T; 19], 19> = Scale::default();

    snake: Snake<[[[T; 3]; 3]; 2], 1> = Snake::default();
    snake_vector: Snake<[T; 6], 1> = Snake::default();
    snake_per_channel: Snake<[[[T; 4]; 2]; 3], 3> = Snake::default();
    snake_per_feature: Snake<[T; 19], 19> = Snake::default();
    snake_large: Snake<[[T; 5]; 2], 2> = Snake::default();
}
