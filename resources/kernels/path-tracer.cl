// A small path tracer: a closed box with a lamp in its ceiling and spheres of matt colour, mirror and glass.
// Every path follows exactly BOUNCES rays, each to its nearest hit, with random numbers of its own: the number of rays is known,
// and any path can be followed again elsewhere. Neighbouring work-items are neighbouring pixels, as a renderer has them.
// Given by the build: EDGE (pixels across and down), SPHERES, BOUNCES. The scene comes in a buffer: two float4 a sphere (centre and
// radius; colour and kind: 0 matt, 1 mirror, 2 glass), then the colours of the walls: left, right, floor, ceiling, near, far.

#define LAMP_EDGE 0.4f
#define LAMP_LIGHT 6.0f
#define APART 1e-4f
#define GLASS 1.5f

uint scrambled(uint v)
{
    const uint word = ((v >> ((v >> 28) + 4)) ^ v) * 277803737u;
    return (word >> 22) ^ word;
}

// From 0 to just under 1, a multiple of 2^-24.
float drawn(uint *state)
{
    *state = *state * 747796405u + 2891336453u;
    return (float)(scrambled(*state) >> 8) * 5.9604644775390625e-8f;
}

__kernel void trace(__global float4 *sums, __constant float4 *scene, const uint samples)
{
    const uint item = (uint)get_global_id(0);
    const uint pixel = item % (EDGE * EDGE);
    float3 light = (float3)(0.0f);
    float depth = 0.0f;

    for (uint sample = 0; sample < samples; sample++) {
        uint state = scrambled(item * 0x9e3779b1u + scrambled(sample));
        float3 at = (float3)(0.0f, 0.0f, -0.98f);
        const float across = ((float)(pixel % EDGE) + drawn(&state)) * (2.0f / EDGE) - 1.0f;
        const float down = ((float)(pixel / EDGE) + drawn(&state)) * (2.0f / EDGE) - 1.0f;
        float3 way = normalize((float3)(across, -down, 1.2f));
        float3 share = (float3)(1.0f);

        for (uint bounce = 0; bounce < BOUNCES; bounce++) {
            // The walls, from inside: the nearest of the three that the ray runs towards.
            const float tx = ((way.x > 0.0f ? 1.0f : -1.0f) - at.x) / way.x;
            const float ty = ((way.y > 0.0f ? 1.0f : -1.0f) - at.y) / way.y;
            const float tz = ((way.z > 0.0f ? 1.0f : -1.0f) - at.z) / way.z;
            float nearest = fmin(fmin(tx, ty), tz);
            int hit = -1;
            for (int i = 0; i < SPHERES; i++) {
                const float4 sphere = scene[2 * i];
                const float3 to = sphere.xyz - at;
                const float along = dot(to, way);
                const float within = along * along - dot(to, to) + sphere.w * sphere.w;
                if (within > 0.0f) {
                    const float half_chord = sqrt(within);
                    const float t = along - half_chord > APART ? along - half_chord : along + half_chord;
                    if (t > APART && t < nearest) {
                        nearest = t;
                        hit = i;
                    }
                }
            }
            at += way * nearest;
            if (bounce == 0) depth += nearest;

            const float u = drawn(&state), v = drawn(&state);
            float3 normal;
            float kind = 0.0f;
            if (hit >= 0) {
                normal = normalize(at - scene[2 * hit].xyz);
                const float4 surface = scene[2 * hit + 1];
                share *= surface.xyz;
                kind = surface.w;
            } else {
                int wall;
                if (tx <= ty && tx <= tz) {
                    wall = way.x > 0.0f ? 1 : 0;
                    normal = (float3)(way.x > 0.0f ? -1.0f : 1.0f, 0.0f, 0.0f);
                } else if (ty <= tz) {
                    wall = way.y > 0.0f ? 3 : 2;
                    normal = (float3)(0.0f, way.y > 0.0f ? -1.0f : 1.0f, 0.0f);
                } else {
                    wall = way.z > 0.0f ? 5 : 4;
                    normal = (float3)(0.0f, 0.0f, way.z > 0.0f ? -1.0f : 1.0f);
                }
                if (wall == 3 && fabs(at.x) < LAMP_EDGE && fabs(at.z) < LAMP_EDGE) light += share * LAMP_LIGHT;
                share *= scene[2 * SPHERES + wall].xyz;
            }

            const float slant = dot(way, normal);
            if (kind == 0.0f) {
                // A point on a sphere that touches the surface: as likely in each direction as matt surfaces throw light.
                const float z = 1.0f - 2.0f * u, around = sqrt(fmax(0.0f, 1.0f - z * z));
                way = normalize(normal + (float3)(around * cospi(2.0f * v), around * sinpi(2.0f * v), z) * 0.999f);
                at += normal * APART;
            } else {
                const float3 outward = slant < 0.0f ? normal : -normal;
                const float cosine = fabs(slant);
                const float ratio = slant < 0.0f ? 1.0f / GLASS : GLASS;
                const float squared = 1.0f - ratio * ratio * (1.0f - cosine * cosine);
                const float head_on = (1.0f - GLASS) / (1.0f + GLASS) * ((1.0f - GLASS) / (1.0f + GLASS));
                const float grazing = 1.0f - (slant < 0.0f ? cosine : sqrt(fmax(0.0f, squared)));
                const float mirrored = head_on + (1.0f - head_on) * grazing * grazing * grazing * grazing * grazing;
                if (kind == 1.0f || squared <= 0.0f || u < mirrored) {
                    way = normalize(way + outward * (2.0f * cosine));
                    at += outward * APART;
                } else {
                    way = normalize(way * ratio + outward * (ratio * cosine - sqrt(squared)));
                    at -= outward * APART;
                }
            }
        }
    }
    sums[item] = (float4)(light, depth);
}
