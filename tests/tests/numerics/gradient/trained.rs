use super::gradients;
use chainrule::layers::{Scale, Snake};

gradients! {
    scale: Scale<[[[f64; 2]; 2]; 3], 1> = Scale::default();
    scale_per_channel: Scale<[[[f64; 2]; 2]; 3], 3> = Scale::default();
    scale_per_feature: Scale<[f64; 5], 5> = Scale::default();

    snake: Snake<[[[f64; 2]; 2]; 3], 1> = Snake::default();
    snake_per_channel: Snake<[[f64; 17]; 3], 3> = Snake::default();
    snake_per_feature: Snake<[f64; 5], 5> = Snake::default();
}
