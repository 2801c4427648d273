# role-hygiene as a container: reads AWS, writes below /reports, changes nothing else.
#
#   docker build -t role-hygiene .
#   docker build -t role-hygiene:demo --build-arg REQUIREMENTS=demo .      (with the simulated organization)
#   docker run --rm --read-only --tmpfs /tmp -v "$PWD/config:/config:ro" -v "$PWD/reports:/reports" \
#     -e AWS_ACCESS_KEY_ID -e AWS_SECRET_ACCESS_KEY -e AWS_SESSION_TOKEN role-hygiene run
#
# The command's own defaults hold: it looks for /config/hygiene.toml and writes to /reports. A folder mounted there
# must be writable by uid 10001, or name your own user with `--user "$(id -u):$(id -g)"`: any uid works.

FROM python:3.11.14-slim-bookworm AS build
ARG REQUIREMENTS=runtime
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PYTHONDONTWRITEBYTECODE=1
RUN python3 -m venv /opt/hygiene
WORKDIR /src
COPY requirements/ requirements/
RUN /opt/hygiene/bin/python -m pip install --no-compile --require-hashes -r requirements/${REQUIREMENTS}.txt
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY hygiene/ hygiene/
# What only builds the package, and what only tests the libraries, need not run in production. Byte code is written here
# once: the file system of a running container may be read-only, and compiling at every start takes seconds. The last line
# does the same for what the program keeps beside its byte code, the index of AWS's actions and its largest templates.
RUN /opt/hygiene/bin/python -m pip install --no-compile --no-deps --no-build-isolation . \
 && /opt/hygiene/bin/python -m pip uninstall --yes --quiet hatchling editables trove-classifiers pathspec pluggy tomlkit \
 && /opt/hygiene/bin/python -m pip check \
 && /opt/hygiene/bin/python -m pip uninstall --yes --quiet setuptools pip \
 && cd /opt/hygiene/lib/python3.*/site-packages \
 && rm -rf pyarrow/include pyarrow/tests pandas/tests \
 && /opt/hygiene/bin/python -m compileall -q --invalidation-mode unchecked-hash . \
 && PYTHONDONTWRITEBYTECODE= /opt/hygiene/bin/python -c \
    "from hygiene.policy.actions import catalogue; from hygiene.report.render import Renderer; catalogue(); Renderer('')"

FROM python:3.11.14-slim-bookworm
# PYTHONDONTWRITEBYTECODE: nothing is written beside the code. HOME: AWS profiles may be mounted at /home/hygiene/.aws.
ENV PATH=/opt/hygiene/bin:$PATH HOME=/home/hygiene TMPDIR=/tmp \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PYTHONUTF8=1
RUN groupadd --gid 10001 hygiene \
 && useradd --uid 10001 --gid 10001 --home-dir /home/hygiene --create-home --shell /usr/sbin/nologin hygiene \
 && install -d -o 10001 -g 10001 -m 0755 /reports
COPY --from=build /opt/hygiene /opt/hygiene
COPY LICENSE NOTICE /usr/share/doc/role-hygiene/
LABEL org.opencontainers.image.title="role-hygiene" \
      org.opencontainers.image.description="Periodic review of AWS IAM roles across a whole organization" \
      org.opencontainers.image.licenses="Apache-2.0"
USER 10001:10001
# `hygiene` writes to ./reports and reads ./config/hygiene.toml: here /reports and /config.
WORKDIR /
VOLUME ["/reports"]
ENTRYPOINT ["hygiene"]
CMD ["--help"]
