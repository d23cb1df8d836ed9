use super::golden;
use chainrule::layers::{BagMode, Embedding, EmbeddingBag, SparseLinear};

golden! { "embedding",
    embedding: Embedding<4, 7, 5> = Embedding::default();
    embedding_wide: Embedding<3, 50, 39> = Embedding::default();
    embedding_padding: Embedding<6, 4, 16> = Embedding { padding_idx: Some(1), ..Default::default() };
    embedding_of_one: Embedding<1, 3, 1> = Embedding::default();

    embedding_bag: EmbeddingBag<4, 7, 5> = EmbeddingBag::default();
    embedding_bag_sum: EmbeddingBag<6, 30, 49> = EmbeddingBag { mode: BagMode::Sum, ..Default::default() };
    embedding_bag_padding: EmbeddingBag<6, 4, 16> = EmbeddingBag { padding_idx: Some(1), ..Default::default() };
    embedding_bag_sum_padding: EmbeddingBag<5, 4, 3> =
        EmbeddingBag { mode: BagMode::Sum, padding_idx: Some(0), ..Default::default() };
    embedding_bag_empty_places: EmbeddingBag<4, 3, 33> = EmbeddingBag::default();
    embedding_bag_sum_empty_places: EmbeddingBag<2, 3, 18> =
        EmbeddingBag { mode: BagMode::Sum, padding_idx: Some(2), ..Default::default() };

    sparse_linear: SparseLinear<4, 11, 5, 5> = SparseLinear::default();
    sparse_linear_wide: SparseLinear<7, 40, 50, 50> = SparseLinear::default();
    sparse_linear_without_bias: SparseLinear<6, 6, 16, 0> = SparseLinear::default();
}
