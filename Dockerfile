# Router as an image. Ubuntu's own packages of .NET, so that nothing but the distribution's archive is needed.
FROM ubuntu:26.04 AS build
RUN apt-get update && apt-get install -y --no-install-recommends dotnet-sdk-10.0 ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN dotnet publish src/Router.Host -c Release -o /router

FROM ubuntu:26.04
RUN apt-get update && apt-get install -y --no-install-recommends aspnetcore-runtime-10.0 && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home router && install -d -o router /data
COPY --from=build /router /opt/router
USER router
WORKDIR /data
VOLUME /data
EXPOSE 8080
ENV ROUTER__Http__Url=http://0.0.0.0:8080 ROUTER__Storage__Path=/data
ENTRYPOINT ["/opt/router/Router.Host"]
