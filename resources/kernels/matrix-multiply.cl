// A product of two square matrices of single-precision numbers, C = alpha A B, in tiles.
// All elements are small whole numbers, so that every sum is exact in whatever order it is added up.
// Given by the build: EDGE (rows and columns), MULTIPLY_ADD (fma, or mad where fma is emulated), and for
//   tiles: TILE (edge of a group's tile), PER (edge of a work-item's part of it: 4 or 8), DEPTH (columns of A held at a time);
//   wide:  LANES (8 or 16), ROWS (4 or 8), DEPTH.

// Whole numbers from -3 to 4 in no order: element `index` of the matrix that `seed` stands for.
float element(uint index, uint seed)
{
    uint h = index + seed;
    h = (h ^ (h >> 16)) * 0x85ebca6bu;
    h = (h ^ (h >> 13)) * 0xc2b2ae35u;
    return (float)((int)(h >> 29) - 3);
}

// A matrix row by row, or, turned, column by column.
__kernel void fill(__global float *matrix, const uint seed, const uint turned, const uint firstRow)
{
    const uint place = firstRow * EDGE + (uint)get_global_id(0);
    const uint row = place / EDGE, column = place % EDGE;
    matrix[place] = element(turned ? column * EDGE + row : place, seed);
}

#if defined(TILE)
#define ACROSS (TILE / PER)
#define ITEMS (ACROSS * ACROSS)
#define QUADS (DEPTH * TILE / 4)
#define LOADS (QUADS / ITEMS)
#define BLOCKS (PER / 4)

// GPUs. A is kept column by column, so that both tiles are read and stored as they lie. While one pair of tiles is worked on
// out of local memory, the next is on its way. Each work-item has BLOCKS x BLOCKS blocks of 4 x 4 sums, apart by half a tile:
// neighbours then read neighbouring banks.
__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
void multiply(__global const float4 *a, __global const float4 *b, __global float *c, const uint firstTileRow, const float alpha)
{
    __local float4 heldA[2][QUADS];
    __local float4 heldB[2][QUADS];
    const uint me = (uint)get_local_id(0);
    // 32 neighbours work on 8 x 4 blocks: they share more of what they read than 16 x 2 would.
    const uint among = me % 32, band = me / 32;
    const uint x = (band % (ACROSS / 8)) * 8 + among % 8;
    const uint y = (band / (ACROSS / 8)) * 4 + among / 8;
    const uint tileX = (uint)get_group_id(0) % (EDGE / TILE);
    const uint tileY = firstTileRow + (uint)get_group_id(0) / (EDGE / TILE);

    float sums[PER][PER];
    #pragma unroll
    for (uint i = 0; i < PER; i++) {
        #pragma unroll
        for (uint j = 0; j < PER; j++) sums[i][j] = 0.0f;
    }

    float4 nextA[LOADS], nextB[LOADS];
    #pragma unroll
    for (uint load = 0; load < LOADS; load++) {
        const uint quad = me + load * ITEMS, k = quad / (TILE / 4), at = quad % (TILE / 4);
        heldA[0][quad] = a[k * (EDGE / 4) + tileY * (TILE / 4) + at];
        heldB[0][quad] = b[k * (EDGE / 4) + tileX * (TILE / 4) + at];
    }
    barrier(CLK_LOCAL_MEM_FENCE);

    uint now = 0;
    for (uint first = 0; first < EDGE; first += DEPTH) {
        const uint next = first + DEPTH;
        if (next < EDGE) {
            #pragma unroll
            for (uint load = 0; load < LOADS; load++) {
                const uint quad = me + load * ITEMS, k = next + quad / (TILE / 4), at = quad % (TILE / 4);
                nextA[load] = a[k * (EDGE / 4) + tileY * (TILE / 4) + at];
                nextB[load] = b[k * (EDGE / 4) + tileX * (TILE / 4) + at];
            }
        }
        #pragma unroll
        for (uint k = 0; k < DEPTH; k++) {
            float partA[PER], partB[PER];
            #pragma unroll
            for (uint block = 0; block < BLOCKS; block++) {
                const float4 quadA = heldA[now][k * (TILE / 4) + block * (TILE / 8) + y];
                const float4 quadB = heldB[now][k * (TILE / 4) + block * (TILE / 8) + x];
                partA[block * 4] = quadA.x;
                partA[block * 4 + 1] = quadA.y;
                partA[block * 4 + 2] = quadA.z;
                partA[block * 4 + 3] = quadA.w;
                partB[block * 4] = quadB.x;
                partB[block * 4 + 1] = quadB.y;
                partB[block * 4 + 2] = quadB.z;
                partB[block * 4 + 3] = quadB.w;
            }
            #pragma unroll
            for (uint i = 0; i < PER; i++) {
                #pragma unroll
                for (uint j = 0; j < PER; j++) sums[i][j] = MULTIPLY_ADD(partA[i], partB[j], sums[i][j]);
            }
        }
        if (next < EDGE) {
            #pragma unroll
            for (uint load = 0; load < LOADS; load++) {
                heldA[1 - now][me + load * ITEMS] = nextA[load];
                heldB[1 - now][me + load * ITEMS] = nextB[load];
            }
            barrier(CLK_LOCAL_MEM_FENCE);
            now = 1 - now;
        }
    }

    #pragma unroll
    for (uint i = 0; i < PER; i++) {
        const uint row = tileY * TILE + (i / 4) * (TILE / 2) + y * 4 + i % 4;
        #pragma unroll
        for (uint j = 0; j < PER; j++) c[row * EDGE + tileX * TILE + (j / 4) * (TILE / 2) + x * 4 + j % 4] = alpha * sums[i][j];
    }
}

#elif defined(LANES)
#define JOINED(a, b) a##b
#define JOIN(a, b) JOINED(a, b)
#define WIDE JOIN(float, LANES)
#define LOAD JOIN(vload, LANES)
#define STORE JOIN(vstore, LANES)
#define TILE_ROWS 128

// Processors, one work-item to a group: 128 rows of C, two vectors across. A stretch of B is packed so that it lies in the
// nearest cache without gaps; A is kept row by row.
__kernel __attribute__((reqd_work_group_size(1, 1, 1)))
void multiply(__global const float *a, __global const float *b, __global float *c, const uint firstTileRow, const float alpha)
{
    __local float packed[DEPTH * 2 * LANES];
    const uint column = (uint)get_group_id(0) % (EDGE / (2 * LANES)) * (2 * LANES);
    const uint firstRow = (firstTileRow + (uint)get_group_id(0) / (EDGE / (2 * LANES))) * TILE_ROWS;

    for (uint first = 0; first < EDGE; first += DEPTH) {
        for (uint k = 0; k < DEPTH; k++) {
            __global const float *from = b + (first + k) * EDGE + column;
            STORE(LOAD(0, from), 0, packed + k * 2 * LANES);
            STORE(LOAD(1, from), 1, packed + k * 2 * LANES);
        }
        for (uint row = firstRow; row < firstRow + TILE_ROWS; row += ROWS) {
            WIDE left[ROWS], right[ROWS];
            #pragma unroll
            for (uint i = 0; i < ROWS; i++) left[i] = right[i] = (WIDE)(0.0f);
            __global const float *from = a + row * EDGE + first;
            for (uint k = 0; k < DEPTH; k++) {
                const WIDE b0 = LOAD(0, packed + k * 2 * LANES), b1 = LOAD(1, packed + k * 2 * LANES);
                #pragma unroll
                for (uint i = 0; i < ROWS; i++) {
                    const WIDE one = (WIDE)(from[i * EDGE + k]);
                    left[i] = MULTIPLY_ADD(one, b0, left[i]);
                    right[i] = MULTIPLY_ADD(one, b1, right[i]);
                }
            }
            #pragma unroll
            for (uint i = 0; i < ROWS; i++) {
                __global float *to = c + (row + i) * EDGE + column;
                const WIDE before0 = first == 0 ? (WIDE)(0.0f) : LOAD(0, to), before1 = first == 0 ? (WIDE)(0.0f) : LOAD(1, to);
                STORE(MULTIPLY_ADD((WIDE)(alpha), left[i], before0), 0, to);
                STORE(MULTIPLY_ADD((WIDE)(alpha), right[i], before1), 1, to);
            }
        }
    }
}
#endif
