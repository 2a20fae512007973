//! Rows to Arrow and back.

use std::collections::HashSet;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, FixedSizeListArray, Float32Array, Int64Array, RecordBatch, UInt64Array};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use atom_core::{ChunkId, ItemId};
use lancedb::Table;

use super::fault::{corrupt, refused};
use super::places::Place;
use super::{Row, VectorHit};
use crate::{Error, Result};

pub(crate) const CHUNK: &str = "chunk";
pub(crate) const ITEM: &str = "item";
pub(crate) const SOURCE: &str = "source";
pub(crate) const VECTOR: &str = "vector";

/// The column that Lance adds to hits.
pub(crate) const DISTANCE: &str = "_distance";

/// The column that Lance adds where rows are asked for with their places.
const ROW_ID: &str = "_rowid";

/// The columns of the table.
pub(crate) fn schema(dims: usize) -> SchemaRef {
    let id = |name| Field::new(name, DataType::Int64, false);
    Arc::new(Schema::new(vec![id(CHUNK), id(ITEM), id(SOURCE), Field::new(VECTOR, vector_type(dims), false)]))
}

fn component() -> Arc<Field> {
    Arc::new(Field::new("item", DataType::Float32, true))
}

fn vector_type(dims: usize) -> DataType {
    DataType::FixedSizeList(component(), i32::try_from(dims).unwrap_or(i32::MAX))
}

/// Refuses a table with other columns or vectors of another length.
pub(crate) async fn check_schema(table: &Table, dims: usize) -> Result<()> {
    let found = table.schema().await.map_err(|e| corrupt(e.to_string()))?;
    let types = |schema: &Schema| -> Vec<(String, DataType)> {
        let fields = schema.fields().iter();
        fields.map(|field| (field.name().clone(), field.data_type().clone())).collect()
    };
    if types(&found) != types(&schema(dims)) {
        return Err(corrupt(format!("it was not made for vectors of length {dims}")));
    }
    Ok(())
}

/// Refuses a vector that has no angle to others.
pub(crate) fn check_vector(operation: &'static str, dims: usize, vector: &[f32]) -> Result<()> {
    if vector.len() != dims {
        return Err(refused(operation, format!("a vector has {} components instead of {dims}", vector.len())));
    }
    let length: f32 = vector.iter().map(|x| x * x).sum();
    if !length.is_normal() {
        return Err(refused(operation, "a vector has no direction"));
    }
    Ok(())
}

/// Refuses rows of items that are not replaced, and vectors that cannot be compared.
pub(crate) fn check(operation: &'static str, dims: usize, items: &[ItemId], rows: &[Row]) -> Result<()> {
    let items: HashSet<ItemId> = items.iter().copied().collect();
    for row in rows {
        check_vector(operation, dims, &row.vector)?;
        if !items.contains(&row.item) {
            return Err(refused(
                operation,
                format!("chunk {} belongs to item {}, which is not replaced", row.chunk, row.item),
            ));
        }
    }
    Ok(())
}

/// One batch of all `rows`.
pub(crate) fn batch(dims: usize, rows: &[Row]) -> lancedb::Result<RecordBatch> {
    let ids = |id: fn(&Row) -> i64| -> ArrayRef { Arc::new(Int64Array::from_iter_values(rows.iter().map(id))) };
    let values: Float32Array = rows.iter().flat_map(|row| row.vector.iter().copied()).collect();
    let vectors = vectors(dims, values)?;
    let columns = vec![
        ids(|row| row.chunk.get()),
        ids(|row| row.item.get()),
        ids(|row| row.source.get()),
        Arc::new(vectors) as ArrayRef,
    ];
    Ok(RecordBatch::try_new(schema(dims), columns)?)
}

/// Vectors that stand one after another.
pub(crate) fn vectors(dims: usize, values: Float32Array) -> lancedb::Result<FixedSizeListArray> {
    let length = i32::try_from(dims).unwrap_or(i32::MAX);
    Ok(FixedSizeListArray::try_new(component(), length, Arc::new(values), None)?)
}

/// The components of all vectors of a batch, one vector after another.
pub(crate) fn components(batch: &RecordBatch) -> Result<&[f32]> {
    let list = column::<FixedSizeListArray>(batch, VECTOR)?;
    let values = list.values().as_any().downcast_ref::<Float32Array>().ok_or_else(|| changed(VECTOR))?;
    Ok(values.values())
}

/// The items that rows are about.
pub(crate) fn items(batches: &[RecordBatch]) -> Result<HashSet<i64>> {
    let mut found = HashSet::new();
    for batch in batches {
        found.extend(ids(batch, ITEM)?.values());
    }
    Ok(found)
}

/// Item and chunk of rows.
pub(crate) fn pairs(batches: &[RecordBatch]) -> Result<Vec<(ItemId, ChunkId)>> {
    let mut found = Vec::new();
    for batch in batches {
        let (items, chunks) = (ids(batch, ITEM)?, ids(batch, CHUNK)?);
        let pairs = items.values().iter().zip(chunks.values());
        found.extend(pairs.map(|(item, chunk)| (ItemId::new(*item), ChunkId::new(*chunk))));
    }
    Ok(found)
}

/// Hits, nearest first.
pub(crate) fn hits(batches: &[RecordBatch]) -> Result<Vec<VectorHit>> {
    let mut found = Vec::new();
    for batch in batches {
        let (items, chunks) = (ids(batch, ITEM)?, ids(batch, CHUNK)?);
        let distances = column::<Float32Array>(batch, DISTANCE)?;
        for ((item, chunk), distance) in items.values().iter().zip(chunks.values()).zip(distances.values()) {
            found.push(VectorHit {
                chunk: ChunkId::new(*chunk),
                item: ItemId::new(*item),
                similarity: (1.0 - distance).clamp(-1.0, 1.0),
            });
        }
    }
    sort(&mut found);
    Ok(found)
}

/// Nearest first.
pub(crate) fn sort(hits: &mut [VectorHit]) {
    hits.sort_by(|a, b| b.similarity.total_cmp(&a.similarity).then(a.chunk.cmp(&b.chunk)));
}

/// Places of rows that were read with their row ids.
pub(crate) fn places(batches: &[RecordBatch]) -> Result<Vec<Place>> {
    let mut found = Vec::new();
    for batch in batches {
        let (items, chunks) = (ids(batch, ITEM)?, ids(batch, CHUNK)?);
        let rows = column::<UInt64Array>(batch, ROW_ID)?;
        let places = items.values().iter().zip(chunks.values()).zip(rows.values());
        found.extend(places.map(|((item, chunk), row)| Place { item: *item, row: *row, chunk: *chunk }));
    }
    Ok(found)
}

/// How near the vectors of a batch are to `vector`; its rows are those of `places`.
pub(crate) fn compare(batch: &RecordBatch, vector: &[f32], places: &[Place]) -> Result<Vec<VectorHit>> {
    let vectors = components(batch)?.chunks_exact(vector.len().max(1));
    if vectors.len() != places.len() {
        return Err(corrupt("some rows cannot be found again"));
    }
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
    let length = dot(vector, vector).sqrt();
    let hit = |(place, row): (&Place, &[f32])| VectorHit {
        chunk: ChunkId::new(place.chunk),
        item: ItemId::new(place.item),
        similarity: (dot(row, vector) / (dot(row, row).sqrt() * length)).clamp(-1.0, 1.0),
    };
    Ok(places.iter().zip(vectors).map(hit).collect())
}

fn ids<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a Int64Array> {
    column(batch, name)
}

/// A column without nulls.
fn column<'a, T: Array + 'static>(batch: &'a RecordBatch, name: &str) -> Result<&'a T> {
    let column = batch.column_by_name(name).and_then(|column| column.as_any().downcast_ref::<T>());
    column.filter(|column| column.null_count() == 0).ok_or_else(|| changed(name))
}

fn changed(name: &str) -> Error {
    corrupt(format!("the column {name} is not what it was"))
}
