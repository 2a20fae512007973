//! Building the index of the vectors in little memory.
//!
//! Left to itself the engine takes its sample row by row from everywhere, and holds every block that it touches until it has
//! them all: the whole table. Here the table is read once from beginning to end, and every so many rows one is kept.

use std::sync::Arc;

use futures::TryStreamExt;
use lance::dataset::Dataset;
use lance::index::DatasetIndexExt;
use lance::index::vector::VectorIndexParams;
use lance::index::vector::ivf::train_ivf_model_from_sample;
use lance_index::IndexType;
use lance_index::progress::noop_progress;
use lance_index::vector::ivf::IvfBuildParams;
use lance_index::vector::sq::builder::SQBuildParams;
use lance_linalg::distance::MetricType;

use super::fault::corrupt;
use super::{Failure, rows};

/// Vectors looked at for each partition; more find no more, and are held three times while the partitions are made.
const SAMPLE_RATE: usize = 40;

/// Rounds of k-means at most; more move the centres by little.
const ROUNDS: usize = 20;

/// 1,024 vectors say between which numbers components lie.
const RANGE_SAMPLE_RATE: usize = 4;

/// Rows read at once.
const BATCH: usize = 4_096;

/// Bytes read ahead.
const AHEAD: u64 = 16 << 20;

/// Makes the index of `rows` rows, and puts it in the place of the one before.
pub(super) async fn create(
    dataset: &mut Dataset,
    name: &str,
    dims: usize,
    rows: u64,
    partitions: usize,
) -> Result<(), Failure> {
    let params = IvfBuildParams { sample_rate: SAMPLE_RATE, max_iters: ROUNDS, ..IvfBuildParams::new(partitions) };
    let sample = sample(dataset, dims, rows, partitions * SAMPLE_RATE).await?;
    let sample = rows::vectors(dims, sample.into())?;
    let model = train_ivf_model_from_sample(sample, MetricType::Cosine, &params, noop_progress()).await?;
    let centres = model.centroids.ok_or_else(|| corrupt("training made no partitions"))?;
    let ivf = IvfBuildParams { centroids: Some(Arc::new(centres)), ..params };
    let range = SQBuildParams { sample_rate: RANGE_SAMPLE_RATE, ..SQBuildParams::default() };
    let params = VectorIndexParams::with_ivf_sq_params(MetricType::Cosine, ivf, range);
    dataset.create_index(&[rows::VECTOR], IndexType::Vector, Some(name.to_owned()), &params, true).await?;
    Ok(())
}

/// Vectors from everywhere in the table, about `wanted` of `rows`, one after another and in no order.
async fn sample(dataset: &Dataset, dims: usize, rows: u64, wanted: usize) -> Result<Vec<f32>, Failure> {
    let rows = usize::try_from(rows).unwrap_or(usize::MAX);
    let every = (rows / wanted.max(1)).max(1);
    let count = rows.div_ceil(every);
    let mut scanner = dataset.scan();
    scanner.project(&[rows::VECTOR])?.batch_size(BATCH).batch_readahead(1).io_buffer_size(AHEAD);
    let mut batches = scanner.try_into_stream().await?;
    let (mut sample, mut seen, mut kept) = (vec![0.0; count * dims], 0, 0);
    let step = scattering(count);
    while let Some(batch) = batches.try_next().await? {
        for vector in rows::components(&batch)?.chunks_exact(dims) {
            if seen % every == 0 && kept < count {
                let place = kept * step % count;
                if let Some(place) = sample.get_mut(place * dims..(place + 1) * dims) {
                    place.copy_from_slice(vector);
                }
                kept += 1;
            }
            seen += 1;
        }
    }
    if kept < count {
        return Err(corrupt(format!("it has {seen} rows and says {rows}")).into());
    }
    Ok(sample)
}

/// A step that comes to each of `count` places once, far from the place before.
fn scattering(count: usize) -> usize {
    let share_nothing = |step: &usize| {
        let (mut a, mut b) = (*step, count);
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a == 1
    };
    // The golden section scatters best.
    let golden = count * 618 / 1_000;
    (golden.max(1)..).find(share_nothing).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::scattering;

    #[test]
    fn scattering_comes_to_every_place() {
        for count in [1, 2, 3, 10, 64, 97, 1_000] {
            let step = scattering(count);
            let mut places: Vec<usize> = (0..count).map(|nth| nth * step % count).collect();
            places.sort_unstable();
            assert!(places.into_iter().eq(0..count), "{count}");
        }
    }
}
